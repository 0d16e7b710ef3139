"""The pages of keys, as each persona meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, KeyWay, Status
from onboarding.core.jobs import JobStatus
from onboarding.keys import services
from onboarding.keys.models import Key, KeyMaking, KeyPlan
from onboarding.keys.states import Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from tests.constants import HTMX
from tests.factories import make_api, make_client, make_key, make_scope
from tests.keys.conftest import pair, recipient

pytestmark = pytest.mark.usefixtures("no_witness")
JSON = {"Accept": "application/json"}


def url(name: str, client: ClientConfiguration, *args: object) -> str:
    return reverse(name, args=[client.environment, client.organization.number, client.pk, *args])


def new_key(**fields: Any) -> dict[str, Any]:
    return {"way": "upload", "kind": "ES256", "lifetime": "365"} | fields


@pytest.fixture
def key(client_: ClientConfiguration) -> Key:
    now = timezone.now()
    return make_key(client_, created_at=now, expires_at=now + timedelta(days=365))


@pytest.fixture
def ready(client_: ClientConfiguration, actor: Actor) -> KeyMaking:
    """A key that Alice asked for and that waits to be fetched."""
    now = timezone.now()
    making = services.request_making(
        client_id=client_.pk,
        kind="ES256",
        recipient=recipient()[0],
        lifetime_days=365,
        by=actor,
        at=now,
    )
    services.make(making_id=making.pk, at=now)
    return making


Open = Callable[[Client, ClientConfiguration, ClientConfiguration, Key, KeyMaking], Any]
PAGES: dict[str, tuple[Open, dict[str, int]]] = {
    "choose": (
        lambda http, client, draft, key, ready: http.get(url("keys:choose", draft)),
        {"alice": 200, "bob": 403, "charlie": 404, "rita": 403, "olav": 403, "": 302},
    ),
    "check": (
        lambda http, client, draft, key, ready: http.get(url("keys:check", draft)),
        {"alice": 302, "bob": 302, "charlie": 404, "rita": 302, "": 302},
    ),
    "panel": (
        lambda http, client, draft, key, ready: http.get(url("keys:panel", client), headers=HTMX),
        {"alice": 200, "bob": 200, "charlie": 404, "rita": 200, "olav": 200, "": 200},
    ),
    "add": (
        lambda http, client, draft, key, ready: http.get(url("keys:add", client)),
        {"alice": 200, "anna": 200, "bob": 403, "charlie": 404, "rita": 403, "": 302},
    ),
    "revoke": (
        lambda http, client, draft, key, ready: http.get(url("keys:revoke", client, key.pk)),
        {"alice": 200, "anna": 200, "bob": 403, "charlie": 404, "rita": 403, "": 302},
    ),
    "deliver": (
        lambda http, client, draft, key, ready: http.post(url("keys:deliver", client, ready.pk)),
        {"alice": 200, "anna": 403, "bob": 403, "charlie": 404, "rita": 403, "": 302},
    ),
    "again": (
        lambda http, client, draft, key, ready: http.post(url("keys:again", client, ready.pk)),
        {"alice": 409, "bob": 403, "charlie": 404, "rita": 403, "": 302},
    ),
}


@pytest.mark.parametrize(
    ("page", "who", "status"),
    [(page, who, code) for page, (_, codes) in PAGES.items() for who, code in codes.items()],
)
def test_each_page_for_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    client_: ClientConfiguration,
    draft: ClientConfiguration,
    key: Key,
    ready: KeyMaking,
    page: str,
    who: str,
    status: int,
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))

    response = PAGES[page][0](client, client_, draft, key, ready)

    assert response.status_code == status


def test_ids_of_other_clients_are_unknown_here(
    client: Client, alice: User, client_: ClientConfiguration, acme: Organization
) -> None:
    other = make_key(make_client(acme, by=alice))
    client.force_login(alice)

    statuses = [
        client.get(url("keys:revoke", client_, other.pk)).status_code,
        client.get(url("keys:revoke", client_, uuid4())).status_code,
        client.post(url("keys:deliver", client_, uuid4())).status_code,
        client.post(url("keys:again", client_, uuid4())).status_code,
    ]

    assert statuses == [404, 404, 404, 404]


def test_an_upload_in_the_wizard_leads_to_the_check(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    text, _ = pair("ES384", kid="my-key")

    chosen = client.post(url("keys:choose", draft), new_key(public_key=text))
    page = client.get(url("keys:check", draft))

    assert (chosen.status_code, chosen["Location"]) == (302, url("keys:check", draft))
    assert page.status_code == 200
    content = page.content.decode()
    assert "my-key" in content
    assert "ES384, lastet opp" in content
    assert "Lagre i test" in content


def test_the_script_gets_what_it_needs_for_the_file(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    text, _ = pair()

    response = client.post(
        url("keys:choose", draft), new_key(way="browser", public_key=text), headers=JSON
    )

    key = Key.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "kid": key.kid,
        "expiresAt": key.expires_at.isoformat(),
        "next": url("keys:check", draft),
    }
    assert key.origin == Origin.BROWSER
    draft.refresh_from_db()
    assert (draft.step, draft.key_way) == ("key", KeyWay.BROWSER)


def test_the_script_is_told_why_in_sentences(
    client: Client, alice: User, draft: ClientConfiguration, client_: ClientConfiguration
) -> None:
    client.force_login(alice)
    text, _ = pair()
    client.post(url("keys:add", client_), new_key(public_key=text))

    response = client.post(
        url("keys:choose", draft), new_key(way="browser", public_key=text), headers=JSON
    )

    assert response.status_code == 422
    assert response.json()["errors"][0].startswith("Nøkkelen er allerede registrert et annet sted.")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"way": "browser"}, "Dette krever JavaScript i nettleseren."),
        ({"way": ""}, "Velg hvordan nøkkelparet skal lages."),
        ({"way": "upload"}, "Lim inn den offentlige nøkkelen, eller velg en fil."),
        ({"way": "portal", "recipient": "{}"}, "Dette krever JavaScript i nettleseren."),
        ({"way": "portal", "kind": "RS256/1024"}, "Forventet et av valgene i listen. Fant"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    client: Client,
    alice: User,
    draft: ClientConfiguration,
    fields: dict[str, str],
    sentence: str,
) -> None:
    client.force_login(alice)

    response = client.post(url("keys:choose", draft), new_key(**fields))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Key.objects.exists()


def test_a_draft_goes_through_the_portal_s_way(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    public, _ = recipient()
    chosen = client.post(
        url("keys:choose", draft), new_key(way="portal", kind="PS256/4096", lifetime="91")
    )
    plan = KeyPlan.objects.get()
    page = client.get(url("keys:check", draft)).content.decode()
    without = client.post(url("keys:check", draft))
    finished = client.post(url("keys:check", draft), {"recipient": json.dumps(public)})

    assert (chosen.status_code, plan.kind, plan.lifetime_days) == (302, "PS256/4096", 91)
    assert "PS256, RSA 4096, går ut om 3 måneder" in page
    assert without.status_code == 422
    assert "JavaScript" in without.content.decode()
    assert (finished.status_code, finished["Location"]) == (302, url("client", draft) + "#keys")
    draft.refresh_from_db()
    making = KeyMaking.objects.get()
    assert draft.status == Status.ACTIVE
    assert (making.kind, making.recipient, making.lifetime_days) == ("PS256/4096", public, 91)
    assert not KeyPlan.objects.exists()


def test_rsa_2048_is_offered_last_and_with_a_warning(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    weaker = "RSA 2048 virker, men gir mindre enn 128 biters sikkerhet."
    client.force_login(alice)

    offered = client.get(url("keys:choose", draft)).content.decode()
    pages = {}
    for kind in ("PS256/3072", "PS256/2048"):
        client.post(url("keys:choose", draft), new_key(way="portal", kind=kind))
        pages[kind] = client.get(url("keys:check", draft)).content.decode()

    assert offered.index("PS256, RSA 4096") < offered.index("PS256, RSA 2048 (svakere)")
    assert weaker in offered
    assert weaker not in pages["PS256/3072"]
    assert "PS256, RSA 2048 (svakere), går ut om 12 måneder" in pages["PS256/2048"]
    assert weaker in pages["PS256/2048"]


def test_the_wizard_does_not_end_without_a_key(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    client.force_login(alice)
    client.post(url("keys:choose", draft), new_key(public_key=pair()[0]))
    Key.objects.all().delete()

    response = client.post(url("keys:check", draft))

    assert response.status_code == 409
    assert "Klienten har ingen nøkkel ennå." in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_the_check_names_who_must_approve(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    scope = make_scope(make_api(), "eier:api/les", needs_approval=True)
    draft.scopes.create(scope=scope, access=Access.PENDING, created_at=draft.created_at)
    client.force_login(alice)
    client.post(url("keys:choose", draft), new_key(public_key=pair()[0]))

    page = client.get(url("keys:check", draft)).content.decode()

    assert "API-eier AS får en tilgangsforespørsel for eier:api/les." in page


def test_a_finished_wizard_leads_to_the_client(
    client: Client, alice: User, client_: ClientConfiguration
) -> None:
    client.force_login(alice)

    places = [client.get(url(name, client_))["Location"] for name in ("keys:choose", "keys:check")]

    assert places == [url("client", client_)] * 2


def test_a_step_that_is_not_open_leads_to_the_first_one_that_is(
    client: Client, alice: User, draft: ClientConfiguration
) -> None:
    draft.step = "system"
    draft.save()
    client.force_login(alice)

    places = [client.get(url(name, draft))["Location"] for name in ("keys:choose", "keys:check")]

    assert places == [url("clients:scopes", draft)] * 2


def test_the_last_key_takes_an_explicit_tick(
    client: Client, alice: User, client_: ClientConfiguration, key: Key
) -> None:
    """K41: warned of, and confirmed."""
    client.force_login(alice)
    page = client.get(url("keys:revoke", client_, key.pk)).content.decode()

    unticked = client.post(url("keys:revoke", client_, key.pk))
    ticked = client.post(url("keys:revoke", client_, key.pk), {"sure": "on"})
    late = client.post(url("keys:revoke", client_, key.pk), {"sure": "on"})

    assert "Dette er den eneste nøkkelen som er i bruk." in page
    assert [unticked.status_code, ticked.status_code, late.status_code] == [422, 302, 409]
    key.refresh_from_db()
    assert key.revoked_by == alice


def test_one_of_two_keys_goes_without_a_tick(
    client: Client, alice: User, client_: ClientConfiguration, key: Key
) -> None:
    other = make_key(client_, expires_at=timezone.now() + timedelta(days=1))
    client.force_login(alice)

    response = client.post(url("keys:revoke", client_, other.pk))

    assert response.status_code == 302
    other.refresh_from_db()
    assert other.revoked_at


def test_a_sealed_key_is_answered_once_and_never_cached(
    client: Client, alice: User, client_: ClientConfiguration, ready: KeyMaking
) -> None:
    client.force_login(alice)

    first = client.post(url("keys:deliver", client_, ready.pk))
    second = client.post(url("keys:deliver", client_, ready.pk))

    assert (first.status_code, second.status_code) == (200, 410)
    assert first["Cache-Control"] == "no-store"
    assert first["Content-Type"] == "application/jose"
    assert first.content.count(b".") == 4
    assert first.content not in second.content


def test_the_panel_looks_again_only_while_something_happens(
    client: Client, alice: User, client_: ClientConfiguration, ready: KeyMaking
) -> None:
    client.force_login(alice)
    seen = {}
    for status in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PASSED, JobStatus.FAILED):
        KeyMaking.objects.update(status=status)
        panel = client.get(url("keys:panel", client_), headers=HTMX).content.decode()
        seen[status.value] = "hx-trigger" in panel
        assert panel.strip().startswith('<section class="section" id="keys"')

    assert seen == {"queued": True, "running": True, "passed": False, "failed": False}


def test_the_panel_without_htmx_is_the_page(
    client: Client, alice: User, client_: ClientConfiguration
) -> None:
    client.force_login(alice)

    response = client.get(url("keys:panel", client_))

    assert (response.status_code, response["Location"]) == (302, url("client", client_))


def test_the_panel_is_a_piece_of_the_page(
    client: Client, alice: User, client_: ClientConfiguration, key: Key
) -> None:
    client.force_login(alice)

    page = client.get(url("client", client_)).content.decode()
    panel = client.get(url("keys:panel", client_), headers=HTMX).content.decode()

    assert key.kid in panel
    assert panel.strip() in page


@pytest.mark.parametrize("keys", [1, 3])
def test_the_panel_costs_the_same_for_many_keys(
    client: Client,
    alice: User,
    client_: ClientConfiguration,
    keys: int,
    django_assert_num_queries: Any,
) -> None:
    for _ in range(keys):
        make_key(client_, expires_at=timezone.now() + timedelta(days=9))
    client.force_login(alice)

    with django_assert_num_queries(11):
        panel = client.get(url("keys:panel", client_), headers=HTMX).content.decode()

    assert panel.count("Ikke verifisert") == keys


def test_a_reader_is_offered_nothing(
    client: Client, bob: User, client_: ClientConfiguration, key: Key, ready: KeyMaking
) -> None:
    client.force_login(bob)

    panel = client.get(url("keys:panel", client_), headers=HTMX).content.decode()

    assert key.kid in panel
    assert "Alice kan hente den før kl." in panel
    assert "<form" not in panel
    assert "Sperr" not in panel
    assert "Ny nøkkel" not in panel
