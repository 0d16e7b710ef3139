"""Who vouches for the way back (ADR 32), and that a no is not the last word (ADR 31)."""

from __future__ import annotations

import pytest

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.states import DraftStatus
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import services
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.machines import make_signing_key
from tests.selfservice.software import OWN, Software, problem, scope
from tests.selfservice.test_confirming import answer, machine_of, text
from tests.systems.making import begin, fill

pytestmark = pytest.mark.django_db
REGISTERED = "https://journal.acme.example/ferdig"
RETURN = "/postClientConfirmationRedirectUri"


def without_login(alice: User, acme: Organization, *uris: str) -> ClientSystem:
    """A published system whose clients call APIs and nobody logs in with, made as a person does."""
    system, by = begin(alice, acme), actor_for(alice)
    fill(system, by)
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=False,
        redirect_uris=uris,
        by=by,
        at=NOON,
    )
    selections = {scope(OWN).pk: Selection.PRESELECTED}
    services.save_services(system_id=system.pk, selections=selections, by=by, at=NOON)
    services.publish(system_id=system.pk, by=by, at=NOON)
    return ClientSystem.objects.get(pk=system.pk)


@pytest.mark.parametrize(
    ("uri", "is_allowed"),
    [
        (REGISTERED, True),
        ("https://journal.acme.example/kunde/42?forsok=7", True),
        ("https://journal.acme.example:444/ferdig", False),
        ("http://journal.acme.example/ferdig", False),
        ("https://acme.example/ferdig", False),
        ("http://localhost:1337/callback", True),
    ],
)
def test_a_system_without_login_vouches_for_the_origins_of_its_addresses(
    alice: User, acme: Organization, surgery: Organization, uri: str, is_allowed: bool
) -> None:
    software = Software(without_login(alice, acme, REGISTERED), surgery)

    answered = software.post(software.body(postClientConfirmationRedirectUri=uri))

    if is_allowed:
        assert answered.status_code == 200
        assert ClientDraft.objects.get().return_to == uri
    else:
        assert problem(answered) == (400, [("api.return_address", RETURN)])


def test_a_system_without_addresses_vouches_for_none(
    alice: User, acme: Organization, surgery: Organization
) -> None:
    software = Software(without_login(alice, acme), surgery)

    answered = software.post(software.body(postClientConfirmationRedirectUri=REGISTERED))

    assert problem(answered) == (400, [("api.return_address", RETURN)])


def test_the_browser_goes_back_to_the_very_address_of_the_draft(
    alice: User, acme: Organization, surgery: Organization, ola: User
) -> None:
    software = Software(without_login(alice, acme, REGISTERED), surgery)
    uri = "https://journal.acme.example/kunde/42?forsok=7"
    client_id = software.draft(postClientConfirmationRedirectUri=uri)
    software.http.force_login(ola)

    page = text(answer(software.http, client_id))

    assert f'href="{uri}&status=Success"' in page


def test_who_has_declined_can_get_a_new_draft_with_the_same_key(
    software: Software, ola: User
) -> None:
    make_signing_key()
    software.http.force_login(ola)
    declined = software.draft()
    page = text(answer(software.http, declined, decline="on"))
    assert f"starter du på nytt fra {software.system.name}" in page
    assert f"ber {software.system.organization.name} om en ny lenke" in page
    assert not ClientConfiguration.objects.filter(pk=declined).exists()

    again = software.draft()
    answer(software.http, again)

    assert machine_of(software, again).meet().token(scope=OWN)
    statuses = ClientDraft.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == [DraftStatus.DECLINED, DraftStatus.CONFIRMED]
    old = software.http.get(f"/test/confirm-client/{declined}")
    assert "får ingen tilgang" in text(old)


def test_of_two_drafts_with_one_key_only_one_becomes_a_client(
    software: Software, ola: User
) -> None:
    software.http.force_login(ola)
    first, second = software.draft(), software.draft()

    confirmed, late = answer(software.http, first), answer(software.http, second)

    assert (confirmed.status_code, late.status_code) == (200, 409)
    assert str(ClientConfiguration.objects.get().pk) == first
    assert problem(software.post()) == (400, [("key.used_elsewhere", "/publicJwk")])
