"""Terms of use on pages: the organisation's, and the operators'."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.suppliers.models import Acceptance, Organization, Terms
from onboarding.suppliers.queries.texts import example
from tests.constants import NOON
from tests.factories import make_organization
from tests.papers import text_of
from tests.suppliers.making import make_acceptance, make_signatory, make_supplier, make_terms

DESK = ("suppliers:terms", "suppliers:terms_new")


def own(organization: Organization, environment: str = "test") -> str:
    return reverse("terms:own", args=[environment, organization.number])


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def yes(terms: Terms, **changes: str) -> dict[str, str]:
    given = {
        "role": "daglig leder",
        "confirmed": "on",
        "terms_id": str(terms.pk),
        "language": "nb",
        "sha256": terms.sha256_nb,
    }
    return given | changes


@pytest.mark.parametrize("environment", ["test", "production"])
def test_a_signatory_reads_accepts_and_gets_a_receipt(
    client: Client, acme: Organization, environment: str
) -> None:
    terms = make_terms(is_example=True)
    client.force_login(make_signatory(acme, name="Áilu Čáhci"))
    page = own(acme, environment)
    form = reverse("terms:accept", args=[environment, acme.number, terms.pk])
    assert form in shown(client, page)
    text = shown(client, form)
    assert "Eksempel" in text
    assert "1. Det første." in text
    assert terms.sha256_nb in text

    assert client.post(form, yes(terms, role="")).status_code == 422
    missing = yes(terms)
    del missing["confirmed"]
    assert client.post(form, missing).status_code == 422
    assert not Acceptance.objects.exists()
    answer = client.post(form, yes(terms))
    assert answer["Location"] == page
    assert client.post(form, yes(terms))["Location"] == page

    acceptance = Acceptance.objects.get()
    assert "Versjon 1.0 er godtatt" in shown(client, page)
    receipt = client.get(reverse("terms:receipt", args=[environment, acme.number, acceptance.pk]))
    assert receipt["Content-Type"] == "application/pdf"
    assert receipt["Content-Disposition"].startswith("attachment; ")
    assert "Áilu Čáhci" in text_of(receipt.content)


def test_the_text_is_accepted_in_the_language_it_was_read_in(
    client: Client, acme: Organization
) -> None:
    terms = make_terms()
    client.force_login(make_signatory(acme))
    client.post(reverse("language"), {"language": "en"})
    form = reverse("terms:accept", args=["test", acme.number, terms.pk])

    text = shown(client, form)

    assert "1. The first." in text
    assert f'name="sha256" value="{terms.sha256_en}"' in text
    assert 'name="language" value="en"' in text


def test_everybody_else_reads_and_is_told_who_can(
    client: Client, acme: Organization, anna: User, alice: User
) -> None:
    terms = make_terms()
    client.force_login(alice)
    form = reverse("terms:accept", args=["test", acme.number, terms.pk])
    assert "Anna kan merke en person" in shown(client, own(acme))
    make_signatory(acme, name="Marit Aune")

    for page in (own(acme), form):
        assert "Marit Aune har signaturrett" in shown(client, page)
    assert 'name="sha256"' not in shown(client, form)
    refused = client.post(form, yes(terms))
    assert refused.status_code == 403
    assert "Marit Aune" in refused.content.decode()


def test_receipts_of_others_do_not_exist(client: Client, acme: Organization, charlie: User) -> None:
    theirs = make_acceptance(acme, make_terms(), charlie)
    client.force_login(charlie)
    mine = charlie.memberships.get().organization

    for organization in (mine, acme):
        url = reverse("terms:receipt", args=["test", organization.number, theirs.pk])
        assert client.get(url).status_code == 404


def test_nothing_published_is_said(client: Client, acme: Organization, alice: User) -> None:
    client.force_login(alice)

    assert "Ingen bruksvilkår er publisert ennå" in shown(client, own(acme))


def test_an_administrator_marks_a_signatory(
    client: Client, acme: Organization, anna: User, bob: User
) -> None:
    client.force_login(anna)
    where = ["test", acme.number, bob.memberships.get().pk]
    assert "Merk at Bob har signaturrett" in shown(client, reverse("people:member", args=where))

    answer = client.post(reverse("people:signatory", args=where), {"may_bind": "1"}, follow=True)

    assert "Bob kan nå binde virksomheten." in answer.content.decode()
    people = reverse("people:list", args=["test", acme.number])
    assert "Kan binde virksomheten" in shown(client, people)
    client.post(reverse("people:signatory", args=where), {"may_bind": "0"})
    assert "Kan binde virksomheten" not in shown(client, people)


@pytest.mark.parametrize(
    ("who", "status"), [("", 302), ("charlie", 404), ("anna", 404), ("rita", 403), ("olav", 200)]
)
def test_the_desk_is_the_operators(
    client: Client, acme: Organization, who: str, status: int, request: Any
) -> None:
    terms = make_terms()
    if who:
        client.force_login(request.getfixturevalue(who))
    urls = [reverse(name) for name in DESK]
    for name in ("version", "edit", "publish"):
        urls.append(reverse(f"suppliers:terms_{name}", args=[terms.pk]))

    assert [client.get(url).status_code for url in urls] == [status] * 5


def test_from_the_example_to_a_campaign(client: Client, acme: Organization, olav: User) -> None:
    make_supplier(acme)
    client.force_login(olav)
    assert "**1. Hva vilkårene gjelder.**" in shown(client, reverse("suppliers:terms_new"))
    duties = {"information_security": 2, "testing_and_approval": 3, "incident_notification": 4}
    duties |= {"emergency_plans": 5, "keep_current": 6}
    given = {f"duty_{duty}": str(section) for duty, section in duties.items()}
    given |= {name: str(value) for name, value in example().items()} | {"seen": "0"}

    assert client.post(reverse("suppliers:terms_new"), given | {"version": ""}).status_code == 422
    saved = client.post(reverse("suppliers:terms_new"), given)
    draft = Terms.objects.get()
    assert saved["Location"] == reverse("suppliers:terms_version", args=[draft.pk])
    assert (draft.version, draft.is_example, draft.duties.count()) == ("0.1", True, 5)
    assert "Bare forvaltere ser kladden" in shown(client, saved["Location"])
    edit = reverse("suppliers:terms_edit", args=[draft.pk])
    assert client.post(edit, given | {"text_nb": "Ny tekst."}).status_code == 302
    stale = client.post(edit, given)
    assert stale.status_code == 409
    assert "endret siden" in stale.content.decode()
    publish = reverse("suppliers:terms_publish", args=[draft.pk])
    assert client.post(publish, {"valid_from": "i morgen", "seen": "1"}).status_code == 422
    answer = client.post(publish, {"valid_from": "2026-06-01", "seen": "1"})

    assert answer["Location"] == saved["Location"]
    page = shown(client, saved["Location"])
    assert "0 av 1 virksomheter har godtatt" in page
    assert acme.name in page
    assert Terms.objects.get().sha256_nb in page
    assert "Gjelder nå" in shown(client, reverse("suppliers:terms"))
    assert client.post(edit, given | {"seen": "1"}).status_code == 409


@pytest.mark.parametrize("count", [1, 3])
def test_a_campaign_costs_the_same_for_one_and_three(
    client: Client, olav: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        organization = make_organization()
        make_supplier(organization)
        make_signatory(organization)
    terms = make_terms(valid_from=NOON)
    client.force_login(olav)
    url = reverse("suppliers:terms_version", args=[terms.pk])
    client.get(url)

    with django_assert_num_queries(15):
        client.get(url)
