"""Being invited: one link, one use, 48 hours, one address."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.suppliers import rules, services, tokens
from onboarding.suppliers.models import Invitation, Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_membership, make_organization, make_user

EVERYBODY = ["anna", "alice", "bob", "charlie", "rita", "olav", "anonymous"]
NO_SERVER = "tests.accounts.test_profile.NoServer"


def invited(
    organization: Organization, by: User, email: str = "ny@acme.example", role: str = "writer"
) -> services.Invited:
    return services.invite(
        organization_id=organization.pk,
        environment="test",
        email=email,
        role=role,
        by=actor_for(by),
        at=timezone.now(),
    )


def url(organization: Organization, tail: str) -> str:
    return f"/test/{organization.number}/people/{tail}"


def send(client: Client, organization: Organization, **fields: str) -> tuple[int, str]:
    data = {"email": "ny@acme.example", "role": "writer"} | fields
    answer = client.post(url(organization, "invite/"), data)
    return answer.status_code, answer.content.decode()


def follow(client: Client, token: str) -> None:
    assert client.get(f"/invitations/{token}/")["Location"] == "/invitations/"


@pytest.fixture
def nora(db: None) -> User:
    """Whom the invitations are for."""
    return make_user("nora", email="Ny@acme.example")


@pytest.mark.parametrize(
    ("who", "status"), list(zip(EVERYBODY, [200, 403, 403, 404, 403, 403, 302], strict=True))
)
def test_inviting_for_each_persona(
    client: Client, request: pytest.FixtureRequest, acme: Organization, who: str, status: int
) -> None:
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))

    assert client.get(url(acme, "invite/")).status_code == status
    assert send(client, acme)[0] == status
    assert Invitation.objects.count() == len(mail.outbox) == (who == "anna")


@pytest.mark.parametrize(
    ("who", "status"), list(zip(EVERYBODY, [200, 403, 403, 404, 403, 403, 302], strict=True))
)
def test_resending_and_withdrawing_for_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    anna: User,
    who: str,
    status: int,
) -> None:
    pk = invited(acme, anna).invitation.pk
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))

    assert client.post(url(acme, f"invitations/{pk}/resend/")).status_code == status
    newest = Invitation.objects.latest("created_at")
    answer = client.post(url(acme, f"invitations/{newest.pk}/withdraw/"))
    assert answer.status_code == (302 if who == "anna" else status)
    assert Invitation.objects.filter(withdrawn_at=None).exists() is (who != "anna")


def test_invitation_of_another_organization_is_not_found_here(
    client: Client, acme: Organization, anna: User, charlie: User
) -> None:
    other = Membership.objects.get(user=charlie).organization
    pk = invited(other, charlie).invitation.pk
    client.force_login(anna)

    assert client.post(url(acme, f"invitations/{pk}/withdraw/")).status_code == 404
    assert client.post(url(acme, f"invitations/{pk}/resend/")).status_code == 404


def test_link_is_shown_once_sent_once_and_stored_as_a_digest(
    client: Client, acme: Organization, anna: User, settings: Settings
) -> None:
    client.force_login(anna)

    status, text = send(client, acme)

    found = re.search(r'<code id="link">(\S+)</code>', text)
    assert (status, bool(found)) == (200, True)
    link = found[1] if found else ""
    assert link.startswith(f"{settings.BASE_URL}/invitations/")
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["ny@acme.example"]
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert len(token) >= 43
    row = Invitation.objects.get()
    assert row.token_hash == tokens.digest(token)
    assert link not in client.get(url(acme, "")).content.decode()
    assert [event.details for event in Event.objects.all()] == [{"role": "writer"}]


def test_link_comes_from_the_settings_whatever_the_request_says(
    client: Client, acme: Organization, anna: User, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(anna)

    client.post(
        url(acme, "invite/"),
        {"email": "ny@acme.example", "role": "reader"},
        headers={"host": "evil.example"},
    )

    assert "evil.example" not in str(mail.outbox[0].body)


def test_inviter_has_the_link_even_when_the_letter_did_not_go_out(
    client: Client, acme: Organization, anna: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = NO_SERVER
    client.force_login(anna)

    status, text = send(client, acme)

    assert status == 200
    assert "gikk ikke ut" in text
    assert '<code id="link">' in text


@pytest.mark.parametrize(
    "fields",
    [{"email": ""}, {"email": "ny"}, {"email": "a@b.no\nBcc: x@y.no"}, {"role": "owner"}],
)
def test_bad_invitation_is_refused(
    client: Client, acme: Organization, anna: User, fields: dict[str, str]
) -> None:
    client.force_login(anna)

    assert send(client, acme, **fields)[0] == 422
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_answer_is_the_same_for_known_and_unknown_addresses(
    client: Client, acme: Organization, anna: User, bob: User
) -> None:
    client.force_login(anna)

    texts = [
        re.sub(r"/invitations/[\w-]{43}/|value=\"\w{64}\"|[0-9a-f-]{36}", "", text).replace(
            email, "EMAIL"
        )
        for email in (bob.email, "nobody@else.example")
        for _status, text in [send(client, acme, email=email)]
        if Invitation.objects.all().delete()
    ]

    assert texts[0].count("EMAIL") == texts[1].count("EMAIL") + 1  # Bob's own row as a member


def test_inviting_again_leaves_one_valid_link(
    client: Client, acme: Organization, anna: User, nora: User
) -> None:
    old = invited(acme, anna)
    client.force_login(anna)
    send(client, acme, email="NY@acme.example")
    newest = Invitation.objects.get(withdrawn_at=None)
    assert newest.pk != old.invitation.pk

    client.force_login(nora)
    follow(client, old.token)

    assert client.get("/invitations/").status_code == 410


def test_twenty_invitations_a_day_are_enough(
    client: Client, acme: Organization, anna: User
) -> None:
    for number in range(rules.MAX_INVITATIONS_A_DAY):
        invited(acme, anna, f"{number}@acme.example")
    client.force_login(anna)

    status, text = send(client, acme)

    assert status == 409
    assert "20 invitasjoner det siste døgnet" in text
    other = make_user(organization=acme, role=Role.ADMIN)
    assert invited(acme, other).token  # the limit of one does not slow another


def test_following_the_link_uses_nothing_up_and_takes_it_out_of_the_address(
    client: Client, acme: Organization, anna: User, nora: User
) -> None:
    link = invited(acme, anna)

    for _ in range(2):
        follow(client, link.token)  # a mail scanner, then the person

    assert client.get("/invitations/")["Location"] == "/login/?next=/invitations/"
    assert link.token not in str(dict(client.session))
    assert Invitation.objects.get().accepted_at is None


def test_person_sees_what_it_is_before_saying_yes(
    client: Client, acme: Organization, anna: User, nora: User
) -> None:
    link = invited(acme, anna)
    client.force_login(nora)
    follow(client, link.token)

    text = client.get("/invitations/").content.decode()

    for words in ("Anna inviterer deg til Acme EPJ AS", "Skrivetilgang", "Test"):
        assert words in text
    assert not Membership.objects.filter(user=nora).exists()


def test_yes_makes_a_member_once_with_a_new_session(
    client: Client, acme: Organization, anna: User, nora: User
) -> None:
    link = invited(acme, anna)
    client.force_login(nora)
    follow(client, link.token)
    before = client.session.session_key

    answer = client.post("/invitations/")

    assert answer["Location"] == f"/test/{acme.number}/"
    assert client.session.session_key != before
    assert Membership.objects.get(user=nora).role == Role.WRITER
    assert client.post("/invitations/").status_code == 404  # gone from the session
    follow(client, link.token)
    assert client.post("/invitations/").status_code == 410  # and used
    kinds = list(Event.objects.order_by("seq").values_list("kind", "actor"))
    assert kinds == [("invitation.sent", "Anna"), ("invitation.accepted", "Nora")]


@pytest.mark.parametrize(
    ("held", "given", "after"), [("admin", "reader", "admin"), ("reader", "writer", "writer")]
)
def test_higher_role_stays(
    acme: Organization, anna: User, nora: User, held: str, given: str, after: str
) -> None:
    make_membership(nora, acme, role=Role(held))
    link = invited(acme, anna, role=given)

    services.accept(invitation_id=link.invitation.pk, by=actor_for(nora), at=timezone.now())

    assert Membership.objects.get(user=nora).role == after


FAILURES = {
    "unknown": (404, "hører ikke til noen invitasjon"),
    "expired": (410, "Invitasjonen gikk ut"),
    "used": (410, "Invitasjonen er brukt"),
    "withdrawn": (410, "trukket tilbake"),
    "another address": (403, "en annen e-postadresse enn din"),
    "no address": (403, "en annen e-postadresse enn din"),
    "inviter has left": (409, "Anna kan ikke lenger gi denne tilgangen"),
    "inviter is lowered": (409, "Anna kan ikke lenger gi denne tilgangen"),
}


def spoil(how: str, invitation: Invitation, anna: User, nora: User) -> None:
    now = timezone.now()
    of_invitation: dict[str, dict[str, object]] = {
        "unknown": {"token_hash": "0" * 64},
        "expired": {"expires_at": now - timedelta(seconds=1)},
        "used": {"accepted_at": now, "accepted_by": nora},
        "withdrawn": {"withdrawn_at": now},
    }
    if how in of_invitation:
        Invitation.objects.filter(pk=invitation.pk).update(**of_invitation[how])
    elif how == "inviter has left":
        Membership.objects.filter(user=anna).delete()
    elif how == "inviter is lowered":
        Membership.objects.filter(user=anna).update(role=Role.WRITER)
    else:
        email = "annen@acme.example" if how == "another address" else ""
        User.objects.filter(pk=nora.pk).update(email=email)


@pytest.mark.parametrize("how", FAILURES)
def test_each_way_to_fail_has_its_own_words_and_changes_nothing(
    client: Client, acme: Organization, anna: User, nora: User, how: str
) -> None:
    link = invited(acme, anna)
    follow(client, link.token)
    spoil(how, link.invitation, anna, nora)
    client.force_login(nora)
    client.get(f"/invitations/{link.token}/")
    status, words = FAILURES[how]

    answer = client.post("/invitations/")

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Membership.objects.filter(user=nora).exists()
    assert Event.objects.count() == 1


def test_deadline_is_48_hours(acme: Organization, anna: User, nora: User) -> None:
    link = invited(acme, anna)
    row, by = link.invitation, actor_for(nora)
    end = row.created_at + timedelta(hours=48)

    with pytest.raises(rules.Gone):
        services.accept(invitation_id=row.pk, by=by, at=end)
    services.accept(invitation_id=row.pk, by=by, at=end - timedelta(seconds=1))


def test_services_refuse_whom_the_pages_would_stop_before(
    acme: Organization, alice: User, anna: User
) -> None:
    with pytest.raises(NotPermitted):
        invited(acme, alice)
    row = invited(acme, anna).invitation
    by = actor_for(alice)
    for act in (services.withdraw, services.resend):
        with pytest.raises(NotPermitted):
            act(invitation_id=row.pk, by=by, at=NOON)


def test_used_invitation_is_neither_withdrawn_nor_sent_again(
    acme: Organization, anna: User, nora: User
) -> None:
    row = invited(acme, anna).invitation
    services.accept(invitation_id=row.pk, by=actor_for(nora), at=timezone.now())

    for act in (services.withdraw, services.resend):
        with pytest.raises(rules.Gone):
            act(invitation_id=row.pk, by=actor_for(anna), at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_one_link_used_by_two_at_once_makes_one_member() -> None:
    acme = make_organization()
    anna = make_user("anna", organization=acme, role=Role.ADMIN)
    people = [make_user(email="ny@acme.example") for _ in range(2)]
    row = invited(acme, anna).invitation
    together = Barrier(2)

    def accept(user: User) -> str:
        try:
            together.wait()
            services.accept(invitation_id=row.pk, by=actor_for(user), at=timezone.now())
        except Refused as refusal:
            return str(refusal.status)
        else:
            return "in"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(accept, people))

    assert sorted(outcomes) == ["410", "in"]
    assert Membership.objects.filter(user__in=people).count() == 1


def test_pace_counts_the_last_day_only(acme: Organization, anna: User) -> None:
    for number in range(rules.MAX_INVITATIONS_A_DAY):
        invited(acme, anna, f"{number}@acme.example")
    with pytest.raises(NotPossibleNow):
        invited(acme, anna)
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=1))

    assert invited(acme, anna).token
