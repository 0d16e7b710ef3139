"""The page *Trafikk*, its fragment, and the page of the test exceptions."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientLeniency
from onboarding.clients.states import Leniency
from onboarding.diagnosis import catalogue
from onboarding.suppliers.models import Organization
from onboarding.traffic.models import DayCount, Trace
from onboarding.traffic.services.recording import flush
from portal.pages.exceptions import RULES
from tests.factories import make_client, make_system
from tests.machines import GONE, Machine, make_machine

HTMX = {"HX-Request": "true"}


@pytest.fixture
def machine(acme: Organization, alice: User) -> Machine:
    made = make_machine(organization=acme, by=alice, system=make_system(acme, by=alice)).meet()
    flush()
    Trace.objects.all().delete()
    DayCount.objects.all().delete()
    return made


def address(machine: Machine, page: str = "traffic") -> str:
    client = machine.client
    return f"/{client.environment}/{client.organization.number}/clients/{client.pk}/{page}/"


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_empty_page_says_how_to_fill_it(client: Client, alice: User, machine: Machine) -> None:
    client.force_login(alice)

    text = text_of(client.get(address(machine)))

    assert "Ingen forespørsler ennå" in text
    assert "Gå til kodeeksempelet" in text


def test_page_counts_and_says_why(client: Client, alice: User, machine: Machine) -> None:
    machine.post()
    for _ in range(2):
        machine.post(machine.form(client_assertion=machine.assertion(aud="https://other.example")))
    flush()
    client.force_login(alice)

    text = text_of(client.get(address(machine)))

    assert "1 godtatt, 2 avvist på 30 dager" in text
    assert text.count("assertion.audience") >= 1
    assert "2 ganger, sist" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?outcome=ok", 1),
        ("?outcome=refused", 1),
        ("?outcome=nonce", 1),
        ("?endpoint=api", 0),
        ("?code=assertion.audience", 1),
        ("?outcome=ok&code=assertion.audience", 0),
        ("?origin=portal", 0),
        ("?outcome=bogus", 3),
        ("?code=%00", 3),
    ],
)
def test_list_can_be_narrowed(
    client: Client, alice: User, machine: Machine, query: str, count: int
) -> None:
    machine.post(proof=machine.proof(nonce=GONE))
    machine.post()
    machine.post(machine.form(client_assertion=machine.assertion(aud="https://other.example")))
    flush()
    client.force_login(alice)

    text = text_of(client.get(address(machine) + query))

    assert text.count('<th scope="row"><a') == count


def test_fragment_is_part_of_the_page(client: Client, alice: User, machine: Machine) -> None:
    machine.post()
    flush()
    client.force_login(alice)

    page = text_of(client.get(address(machine)))
    fragment = text_of(client.get(address(machine), headers=HTMX)).strip()

    assert fragment.startswith('<div class="stack" id="lines" hx-get')
    assert fragment in page


def test_older_pages_do_not_look_again(client: Client, alice: User, machine: Machine) -> None:
    machine.post()
    flush()
    trace = Trace.objects.get()
    for n in range(1, 30):
        trace.pk, trace.at = uuid4(), trace.at - timedelta(seconds=n)
        trace.save(force_insert=True)
    client.force_login(alice)

    first = client.get(address(machine))
    older = client.get(address(machine) + first.context["older"])

    assert (len(first.context["lines"]), len(older.context["lines"])) == (25, 5)
    assert 'hx-trigger="every 2s"' not in text_of(older)


def test_number_of_queries_does_not_grow(
    client: Client,
    alice: User,
    machine: Machine,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(8):
        machine.post()
    flush()
    client.force_login(alice)

    with django_assert_max_num_queries(14):
        client.get(address(machine))


def test_trace_of_another_client_is_not_under_this_one(
    client: Client, alice: User, acme: Organization, machine: Machine
) -> None:
    machine.post()
    flush()
    trace = Trace.objects.get()
    other = make_client(acme, by=alice)
    client.force_login(alice)

    number = acme.number
    assert client.get(address(machine) + f"{trace.pk}/").status_code == 200
    there = f"/test/{number}/clients/{other.pk}/traffic/{trace.pk}/"
    assert client.get(there).status_code == 404


class TestExceptions:
    def test_switching_on_and_off(self, client: Client, alice: User, machine: Machine) -> None:
        client.force_login(alice)
        here = address(machine, "exceptions")

        on = client.post(here, {"name": "no-dpop", "on": "1"}, follow=True)
        again = client.post(here, {"name": "no-dpop", "on": "1"})
        assert ClientLeniency.objects.get().switched_by == alice
        off = client.post(here, {"name": "no-dpop", "on": "0"}, follow=True)

        assert "Testunntaket er slått på." in text_of(on)
        assert "Testunntaket er slått av." in text_of(off)
        assert again.status_code == 302
        assert not ClientLeniency.objects.exists()
        kinds = Event.objects.filter(kind__startswith="client.leniency")
        assert sorted(kinds.values_list("kind", flat=True)) == [
            "client.leniency_off",
            "client.leniency_on",
        ]

    def test_page_says_when_it_was_last_needed(
        self, client: Client, alice: User, machine: Machine
    ) -> None:
        ClientLeniency.objects.create(
            client=machine.client,
            environment="test",
            name=Leniency.NO_DPOP,
            switched_at=timezone.now(),
            switched_by=alice,
        )
        client.force_login(alice)
        before = text_of(client.get(address(machine, "exceptions")))
        machine.post(proof=GONE)
        flush()
        after = text_of(client.get(address(machine, "exceptions")))

        assert "Ikke nødvendig i noen forespørsel vi har." in before
        assert "Sist nødvendig" in after

    def test_unknown_name_is_not_found(self, client: Client, alice: User, machine: Machine) -> None:
        client.force_login(alice)

        answer = client.post(address(machine, "exceptions"), {"name": "everything", "on": "1"})

        assert answer.status_code == 404
        assert not ClientLeniency.objects.exists()

    def test_reader_sees_and_does_not_switch(
        self, client: Client, bob: User, machine: Machine
    ) -> None:
        client.force_login(bob)
        here = address(machine, "exceptions")

        assert "Slå på i test" not in text_of(client.get(here))
        assert client.post(here, {"name": "no-dpop", "on": "1"}).status_code == 403
        assert not ClientLeniency.objects.exists()


def test_each_exception_names_the_rule_that_it_softens() -> None:
    assert set(RULES) == set(Leniency)
    assert all(catalogue.find(code) for code, _instead in RULES.values())
