"""Making drafts over HTTP: what is needed, what is refused and how, and that nothing works yet."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import override_settings
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.suppliers.models import Organization
from onboarding.systems.states import Tenancy
from tests.factories import make_client
from tests.machines import GONE, Machine, make_signing_key, numbered, private_jwk, register
from tests.selfservice.software import (
    CALLBACK,
    HER_ID,
    MESSAGES,
    OWN,
    REGISTER,
    Software,
    make_system,
    problem,
    public_of,
)

ORGANIZATION = "/organizationNumber"
RETURN = "/postClientConfirmationRedirectUri"


def test_a_draft_is_made_from_little(software: Software) -> None:
    before = timezone.now()

    client_id = software.draft()

    draft = ClientDraft.objects.get()
    assert str(draft.pk) == client_id
    assert draft.organization_number == software.customer.number
    assert draft.content["apiScopes"] == [REGISTER, OWN]
    assert draft.return_to == CALLBACK
    assert before + timedelta(hours=24) <= draft.expires_at <= timezone.now() + timedelta(hours=24)
    software.key.refresh_from_db()
    assert software.key.last_used_at is not None
    assert Event.objects.get().kind == "draft.made"


def test_it_holds_all_that_published_software_sends(software: Software) -> None:
    client_id = software.draft(
        apiScopes=[OWN, MESSAGES],
        audienceSpecificClientClaims=[{"key": HER_ID, "value": "93214"}],
        redirectUris=[CALLBACK],
        postLogoutRedirectUris=[],
        childOrganizationNumbers=[software.system.organization.number],
    )

    assert ClientDraft.objects.get(pk=client_id).content == {
        "apiScopes": [OWN, MESSAGES],
        "audienceSpecificClientClaims": [{"key": HER_ID, "value": "93214"}],
        "redirectUris": [CALLBACK],
        "postLogoutRedirectUris": [],
        "childOrganizationNumbers": [software.system.organization.number],
    }


@pytest.mark.parametrize("kind", ["RS512/2048", "RS256/2048", "PS256/4096", "ES384"])
@pytest.mark.parametrize("as_object", [False, True], ids=["string", "object"])
def test_the_key_may_come_in_either_form(software: Software, kind: str, as_object: bool) -> None:
    public = public_of(private_jwk(kind))

    software.draft(publicJwk=public if as_object else json.dumps(public))

    assert ClientDraft.objects.get().public_jwk["kid"] == public["kid"]


def test_nulls_are_as_good_as_nothing(software: Software) -> None:
    software.draft(
        apiScopes=None,
        audienceSpecificClientClaims=None,
        redirectUris=None,
        postLogoutRedirectUris=None,
        childOrganizationNumbers=None,
        postClientConfirmationRedirectUri=None,
    )

    draft = ClientDraft.objects.get()
    assert (draft.content["apiScopes"], draft.return_to) == ([REGISTER, OWN], "")


def test_nothing_works_before_it_is_confirmed(software: Software) -> None:
    make_signing_key()
    client_id = software.draft()
    other = Machine(make_client(system=software.system), which=700)
    other.client_id, other.private = client_id, software.private

    answer = other.post()

    assert (answer.status_code, json.loads(answer.content)["error"]) == (400, "invalid_client")
    assert not ClientConfiguration.objects.filter(pk=client_id).exists()
    assert not Key.objects.filter(client__pk=client_id).exists()


@pytest.mark.parametrize("key", ["A" * 43, "", "æøå", "x" * 5000, GONE], ids=str)
def test_f16_who_has_no_key_makes_nothing(software: Software, key: Any) -> None:
    answer = software.post(software.body(), key=key or " ")

    assert problem(answer) == (401, [("api.automation_key", "")])
    assert answer["WWW-Authenticate"].startswith("ApiKey ")
    assert not ClientDraft.objects.exists()


def test_f16_a_key_makes_drafts_of_its_own_system_only(
    software: Software, acme: Organization, alice: User
) -> None:
    other = make_system(acme, alice)

    wrong = software.post(query=f"?clientSystemId={other.pk}")
    right = software.post(query=f"?clientSystemId={software.system.pk}")

    assert problem(wrong) == (404, [("api.system", "")])
    assert right.status_code == 200
    assert ClientDraft.objects.get().revision.system == software.system


def test_f16_an_ended_key_is_an_unknown_one(software: Software, alice: User) -> None:
    software.key.ended_at, software.key.ended_by = timezone.now(), alice
    software.key.save()

    assert problem(software.post())[0] == 401


def test_an_automation_key_opens_nothing_else(software: Software) -> None:
    answer = software.http.get("/test/api/v1/client", headers={"api-key": software.secret})

    assert answer.status_code == 401
    assert "DPoP" in answer["WWW-Authenticate"]


def test_a_multi_tenant_system_makes_no_drafts(
    acme: Organization, alice: User, surgery: Organization
) -> None:
    system = make_system(acme, alice, tenancy=Tenancy.MULTI)

    assert problem(Software(system, surgery).post()) == (409, [("api.multi_tenant", "")])


# id, what is changed in the body, the faults that are found.
FAULTS: list[tuple[Any, ...]] = [
    ("F22", {"organizationNumber": GONE}, [("api.missing", ORGANIZATION)]),
    ("F22", {"organizationNumber": 313055280}, [("api.value", ORGANIZATION)]),
    ("F22", {"organizationNumber": None}, [("api.value", ORGANIZATION)]),
    ("F22", {"color": "red"}, [("api.member", "/color")]),
    ("F22", {"a/b~c": 1}, [("api.member", "/a~1b~0c")]),
    ("F22", {"apiScopes": "nhn:cp-api/access"}, [("api.value", "/apiScopes")]),
    ("F22", {"apiScopes": [1]}, [("api.value", "/apiScopes/0")]),
    ("F22", {"apiScopes": {"0": OWN}}, [("api.value", "/apiScopes")]),
    (
        "F22",
        {"audienceSpecificClientClaims": [{"key": HER_ID}]},
        [("api.missing", "/audienceSpecificClientClaims/0/value")],
    ),
    ("F22", {"publicJwk": 7}, [("api.value", "/publicJwk")]),
    ("F22", {"publicJwk": []}, [("api.value", "/publicJwk")]),
    ("org", {"organizationNumber": "123456789"}, [("api.organization", ORGANIZATION)]),
    ("org", {"organizationNumber": "31305528"}, [("api.organization", ORGANIZATION)]),
    (
        "org",
        {"childOrganizationNumbers": ["1", "2"]},
        [
            ("api.organization", "/childOrganizationNumbers/0"),
            ("api.organization", "/childOrganizationNumbers/1"),
        ],
    ),
    ("scope", {"apiScopes": [OWN, "nhn:other/x"]}, [("api.scope", "/apiScopes/1")]),
    (
        "claim",
        {"apiScopes": [OWN, MESSAGES]},
        [("api.claim", "/audienceSpecificClientClaims")],
    ),
    (
        "claim",
        {"audienceSpecificClientClaims": [{"key": HER_ID, "value": "1"}]},
        [("api.claim", "/audienceSpecificClientClaims/0/key")],
    ),
    (
        "claim",
        {
            "apiScopes": [MESSAGES],
            "audienceSpecificClientClaims": [{"key": HER_ID, "value": "a\u202eb"}],
        },
        [("api.claim", "/audienceSpecificClientClaims/0/value")],
    ),
    (
        "claim",
        {
            "apiScopes": [MESSAGES],
            "audienceSpecificClientClaims": [{"key": HER_ID, "value": "1"}] * 2,
        },
        [("api.claim", "/audienceSpecificClientClaims")],
    ),
    ("uri", {"redirectUris": ["http://evil.example/"]}, [("api.uri", "/redirectUris/0")]),
    ("uri", {"redirectUris": ["javascript:alert(1)"]}, [("api.uri", "/redirectUris/0")]),
    ("uri", {"redirectUris": ["https://a.example/#x"]}, [("api.uri", "/redirectUris/0")]),
    (
        "uri",
        {"redirectUris": [CALLBACK + str(n) for n in range(21)]},
        [("api.uri", "/redirectUris")],
    ),
    ("key", {"publicJwk": "not a key"}, [("key.pem", "/publicJwk")]),
    ("key", {"publicJwk": "{}"}, [("key.shape", "/publicJwk")]),
    (
        "all",
        {"organizationNumber": "1", "apiScopes": ["x"], "redirectUris": ["y"]},
        [
            ("api.organization", ORGANIZATION),
            ("api.scope", "/apiScopes/0"),
            ("api.uri", "/redirectUris/0"),
        ],
    ),
]


@pytest.mark.parametrize(("changes", "faults"), numbered(FAULTS))
def test_all_faults_are_found_and_nothing_is_made(
    software: Software, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    answer = software.post(software.body(**changes))

    assert problem(answer) == (400, faults)
    assert not ClientDraft.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"organizationNumber":"1","organizationNumber":"2"}',
        b'{"organizationNumber":NaN}',
        b'{"organizationNumber":1e999}',
        b"{",
        b"\xff\xfe{}",
        b"[" * 50_000,
        b'{"publicJwk":"\\ud800"}',
    ],
)
def test_f22_what_is_no_strict_json_is_refused(software: Software, body: bytes) -> None:
    assert problem(software.post(body)) == (400, [("api.json", "")])


@pytest.mark.parametrize("body", ["", "[]", "7", '"x"', "null"])
def test_f22_what_is_no_object_is_refused(software: Software, body: str) -> None:
    status, faults = problem(software.post(body))

    assert (status, faults[0][1]) == (400, "")


def test_a_body_that_is_too_large_is_not_read(software: Software) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        answer = software.post(b" " * 2000)

    assert problem(answer) == (413, [("api.too_large", "")])


def test_older_clients_find_the_first_fault_where_they_look(software: Software) -> None:
    found = json.loads(software.post(software.body(organizationNumber="1")).content)

    assert found["property"] == "organizationNumber"
    assert found["message"] == found["errors"][0]["detail"]
    assert type(found["status"]) is int


def test_a_private_key_is_refused_and_barred(software: Software) -> None:
    answer = software.post(software.body(publicJwk=json.dumps(software.private)))

    assert problem(answer) == (400, [("key.private", "/publicJwk")])
    assert software.private["d"] not in answer.content.decode()
    assert BarredThumbprint.objects.count() == 1
    assert problem(software.post()) == (400, [("key.barred", "/publicJwk")])


def test_a_key_of_another_client_is_refused(software: Software) -> None:
    register(make_client(system=software.system), software.private)

    assert problem(software.post()) == (400, [("key.used_elsewhere", "/publicJwk")])


# id, address, whether the browser may be sent there.
ADDRESSES: list[tuple[Any, ...]] = [
    ("F19", "http://localhost:1024/callback", True),
    ("F19", "http://localhost:65535/", True),
    ("F19", "http://127.0.0.1:1337/a?b=c", True),
    ("F19", "http://localhost:1337", True),
    ("F19", "https://journal.acme.example/done", True),
    ("F19", "https://journal.acme.example:8443/done", False),
    ("F19", "https://evil.example/done", False),
    ("F19", "https://journal.acme.example.evil.example/", False),
    ("F19", "https://journal.acme.example@evil.example/", False),
    ("F19", "http://localhost:1023/callback", False),
    ("F19", "http://localhost/callback", False),
    ("F19", "http://localhost:65536/", False),
    ("F19", "http://localhost:1337//evil.example", False),
    ("F19", "http://localhost:1337/a#b", False),
    ("F19", "http://localhost:1337/\\evil.example", False),
    ("F19", "http://localhost:1337/a\r\nb", False),
    ("F19", "http://localhost.evil.example:1337/", False),
    ("F19", "http://evil.example:1337/callback", False),
    ("F19", "http://[::1]:1337/", False),
    ("F19", "http://0x7f.1:1337/", False),
    ("F19", "//localhost:1337/", False),
    ("F19", "/callback", False),
    ("F19", "javascript:alert(1)", False),
]


@pytest.mark.parametrize(("uri", "is_allowed"), numbered(ADDRESSES))
def test_the_browser_goes_only_where_the_system_allows(
    acme: Organization, alice: User, surgery: Organization, uri: str, is_allowed: bool
) -> None:
    system = make_system(acme, alice, redirect_uris=["https://journal.acme.example/callback"])
    software = Software(system, surgery)

    answer = software.post(software.body(postClientConfirmationRedirectUri=uri))

    if is_allowed:
        assert answer.status_code == 200
    else:
        assert problem(answer) == (400, [("api.return_address", RETURN)])


@pytest.mark.parametrize(
    "name", ["logo_uri", "logoUri", "policy_uri", "tos_uri", "client_uri", "jwks_uri", "jwksUri"]
)
def test_s27_addresses_that_others_would_fetch_are_no_members(
    software: Software, name: str
) -> None:
    answer = software.post(software.body(**{name: "https://pictures.example/logo.png"}))

    status, faults = problem(answer)
    assert (status, [pointer for _, pointer in faults]) == (400, [f"/{name}"])
    assert not ClientDraft.objects.exists()


def test_s27_no_table_has_a_place_for_them() -> None:
    """Addresses that are kept are called as such (S25), or are shown and lead people (S26)."""
    fetched = ("logo", "policy", "tos", "terms_uri", "jwks_uri", "client_uri", "picture", "icon")
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.startswith(fetched)
    ]

    assert found == []
