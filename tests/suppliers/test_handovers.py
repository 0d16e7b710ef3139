"""Links that hand work over: once, until they end, and only to who may do it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.suppliers import tokens
from onboarding.suppliers.actors import NOBODY
from onboarding.suppliers.models import HandOver, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.rules import Gone
from onboarding.suppliers.rules.handovers import LIFETIME, MOST_A_DAY
from onboarding.suppliers.services import handovers as services
from onboarding.suppliers.states import NEEDS, Errand, Role
from tests.constants import NOON
from tests.factories import make_organization, make_user
from tests.suppliers.making import make_signatory


def make(organization: Organization, by: User, **changes: Any) -> services.Handed:
    given: dict[str, Any] = {
        "errand": Errand.TERMS,
        "path": "/notices/",
        "organization_id": organization.pk,
        "environment": "test",
        "by": actor_for(by),
        "at": NOON,
    }
    return services.create(**(given | changes))


def use(handed: services.Handed, by: User, **changes: Any) -> HandOver:
    given: dict[str, Any] = {"by": actor_for(by), "at": NOON} | changes
    return services.use(handover_id=handed.handover.pk, **given)


@pytest.fixture
def marit(acme: Organization) -> User:
    return make_signatory(acme, name="Marit Aune")


def test_a_link_is_good_once_for_who_may(acme: Organization, bob: User, marit: User) -> None:
    handed = make(acme, bob)
    assert HandOver.objects.get().token_hash == tokens.digest(handed.token)

    with pytest.raises(NotPermitted, match="signaturrett"):
        use(handed, bob)
    assert HandOver.objects.get().used_at is None
    assert use(handed, marit).path == "/notices/"
    with pytest.raises(Gone, match=r"Lenken er brukt.*Be Bob om en ny"):
        use(handed, marit)

    assert HandOver.objects.get().used_by == marit


def test_a_link_ends(acme: Organization, bob: User, marit: User) -> None:
    handed = make(acme, bob)
    soon = make(acme, bob, ends_at=NOON + timedelta(hours=1))

    with pytest.raises(Gone, match="gikk ut"):
        use(soon, marit, at=NOON + timedelta(hours=1))
    with pytest.raises(Gone, match="gikk ut"):
        use(handed, marit, at=NOON + LIFETIME)
    assert use(handed, marit, at=NOON + LIFETIME - timedelta(seconds=1)).used_by == marit


# Who may follow which errand at Acme in test; everybody else is told what is missing.
FOLLOWS = {
    "bob": "",
    "alice": "review test keys consent",
    "anna": "approval roles review test keys consent",
    "marit": "terms",
    "charlie": "",
    "elsewhere": "",
    "rita": "",
    "olav": "",
}


@pytest.mark.parametrize("errand", Errand)
@pytest.mark.parametrize("who", FOLLOWS)
def test_the_link_gives_no_right(
    acme: Organization, bob: User, anna: User, errand: Errand, who: str, request: Any
) -> None:
    handed = make(acme, bob, errand=errand)
    user = (
        make_signatory(make_organization("Utenfor AS"))
        if who == "elsewhere"
        else request.getfixturevalue(who)
    )

    if errand in FOLLOWS[who].split():
        assert use(handed, user).used_by == user
        return
    with pytest.raises(NotPermitted) as refusal:
        use(handed, user)

    is_member = who in ("bob", "alice", "anna", "marit")
    assert ("Anna kan gi deg det." in str(refusal.value)) == is_member


def test_every_errand_needs_something() -> None:
    assert set(NEEDS) == set(Errand)


def test_members_make_links_and_anybody_asks_an_owner(
    acme: Organization, charlie: User, bob: User
) -> None:
    for errand in Errand:
        if errand == Errand.CONSENT:
            assert make(acme, charlie, errand=errand)
            continue
        with pytest.raises(NotPermitted):
            make(acme, charlie, errand=errand)
    with pytest.raises(NotPermitted):
        services.create(
            errand=Errand.CONSENT,
            path="/notices/",
            organization_id=acme.pk,
            environment="test",
            by=NOBODY,
            at=NOON,
        )


def test_nobody_makes_more_than_so_many_in_a_day(acme: Organization, bob: User) -> None:
    for _ in range(MOST_A_DAY):
        make(acme, bob)

    with pytest.raises(NotPossibleNow):
        make(acme, bob)
    assert make(acme, bob, at=NOON + timedelta(days=1))


@pytest.mark.parametrize("path", ["https://x.example/", "//x.example/", "notices/"])
def test_a_link_leads_nowhere_else(acme: Organization, bob: User, path: str) -> None:
    with pytest.raises(ValueError, match="this site"):
        make(acme, bob, path=path)
    handed = make(acme, bob)
    with pytest.raises(IntegrityError, match="page_of_ours"), transaction.atomic():
        HandOver.objects.filter(pk=handed.handover.pk).update(path="//x.example/")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_press_at_once_one_gets_through() -> None:
    acme = make_organization()
    people = [make_signatory(acme) for _ in range(2)]
    handed = make(acme, people[0])

    def press(user: User) -> bool:
        try:
            use(handed, user)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, people)) == [False, True]


def test_over_the_pages(client: Client, acme: Organization, alice: User, marit: User) -> None:
    client.force_login(alice)
    made = client.post(reverse("handover_new", args=["test", acme.number, "terms"]))
    shown = made.content.decode()
    link = shown.partition('<code id="link">')[2].partition("</code>")[0]
    path = link[link.index("/handovers/") :]
    assert client.post(reverse("handover_new", args=["test", acme.number, "x"])).status_code == 404

    client.logout()
    assert client.get(path)["Location"] == reverse("suppliers:handover")
    assert client.get(reverse("suppliers:handover"))["Location"].startswith("/login/")
    client.force_login(alice)
    client.get(path)
    refused = client.get(reverse("suppliers:handover"))
    assert refused.status_code == 403
    assert "signaturrett" in refused.content.decode()
    client.force_login(marit)
    client.get(path)
    asked = client.get(reverse("suppliers:handover"))
    assert "Alice ber deg om noe for Acme EPJ AS" in asked.content.decode()
    assert HandOver.objects.get().used_at is None  # looking uses nothing up
    answer = client.post(reverse("suppliers:handover"))

    assert answer["Location"] == reverse("terms:own", args=["test", acme.number])
    assert HandOver.objects.get().used_by == marit
    client.get(path)
    assert client.get(reverse("suppliers:handover")).status_code == 410
    assert client.post(reverse("suppliers:handover")).status_code == 410


def test_a_link_that_never_was(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.get(reverse("suppliers:handover_follow", args=["nothing"]))

    assert client.get(reverse("suppliers:handover")).status_code == 404


def test_a_role_that_was_lost_meanwhile_does_not_count(acme: Organization, anna: User) -> None:
    helper = make_user(organization=acme, role=Role.ADMIN)
    handed = make(acme, anna, errand=Errand.APPROVAL)
    helper.memberships.all().delete()

    with pytest.raises(NotPermitted):
        use(handed, helper)
