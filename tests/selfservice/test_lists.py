"""A file of customers on the page: a plan that makes nothing, drafts at a yes, and the progress."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftStatus
from onboarding.core.spreadsheets import as_csv
from onboarding.keys.models import BarredThumbprint
from onboarding.selfservice.models import CustomerList
from onboarding.selfservice.services import lists
from onboarding.suppliers.models import Organization
from onboarding.systems.models import ClientSystem
from tests.factories import make_automation_key
from tests.machines import private_jwk
from tests.selfservice.software import OWN, REGISTER, Software, make_system, public_of
from tests.selfservice.test_fleet import customers

pytestmark = pytest.mark.django_db


class Desk:
    """Alice at the client system's pages, with an automation key to choose."""

    def __init__(self, browser: Client, software: Software, alice: User) -> None:
        browser.force_login(alice)
        self.browser, self.system, self.key = browser, software.system, software.key

    def url(self, name: str, *more: Any) -> str:
        where = "test", self.system.organization.number, self.system.pk
        return reverse(name, args=[*where, *more])

    def upload(self, rows: Any, name: str = "kunder.json", **data: Any) -> Any:
        text = rows if isinstance(rows, str | bytes) else json.dumps(rows)
        content = text if isinstance(text, bytes) else text.encode()
        sent = {"file": SimpleUploadedFile(name, content), "key": self.key.pk} | data
        return self.browser.post(self.url("new_list"), sent)

    def kept(self, rows: Any, **data: Any) -> str:
        """Upload a list; return the address of its page."""
        answer = self.upload(rows, **data)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"])

    def read(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200
        return unescape(" ".join(answer.content.decode().split()))


@pytest.fixture
def desk(client: Client, software: Software, alice: User) -> Desk:
    return Desk(client, software, alice)


def test_the_plan_comes_first_and_makes_nothing(desk: Desk) -> None:
    rows = customers(3)
    rows[1] |= {"organizationNumber": "123456789"}

    page = desk.read(desk.kept(rows))

    assert "2 har ingen kladd ennå, 0 venter, 0 er avslått, 1 har feil." in page
    assert "2 kunder får en kladd" in page
    assert "Kunde 0" in page
    assert "api.organization" in page
    assert f"<code>{OWN}</code>" in page
    assert not ClientDraft.objects.exists()


def test_a_yes_makes_what_is_missing_and_may_be_repeated(desk: Desk) -> None:
    rows = customers(3)
    address = desk.kept(rows)

    first = desk.browser.post(address, follow=True)
    second = desk.browser.post(address, follow=True)

    assert "3 kladder er laget." in first.content.decode()
    assert "0 kladder er laget." in second.content.decode()
    assert ClientDraft.objects.count() == 3
    assert {draft.automation_key for draft in ClientDraft.objects.all()} == {desk.key}
    assert "0 har ingen kladd ennå, 3 venter" in desk.read(address)
    made = Event.objects.filter(kind="draft.made")
    assert {event.actor for event in made} == {"Alice"}


def test_the_page_of_the_list_is_its_progress(desk: Desk, alice: User) -> None:
    rows, now = customers(3), timezone.now()
    address = desk.kept(rows)
    desk.browser.post(address)
    answers = (DraftStatus.CONFIRMED, DraftStatus.DECLINED)
    for draft, status in zip(ClientDraft.objects.order_by("created_at"), answers, strict=False):
        draft.status, draft.answered_at, draft.answered_by = status, now, alice
        draft.save()

    page = desk.read(address)

    assert "1 av 3 er bekreftet" in page
    assert "0 har ingen kladd ennå, 1 venter, 1 er avslått, 0 har feil." in page
    assert "Lag kladdene" not in page
    assert "kunder.json" in desk.read(desk.url("drafts"))


def test_who_has_declined_is_asked_again_once(desk: Desk, alice: User) -> None:
    rows, now = customers(1), timezone.now()
    desk.browser.post(desk.kept(rows))
    decline = {"status": DraftStatus.DECLINED, "answered_at": now, "answered_by": alice}
    ClientDraft.objects.update(**decline)
    assert "0 har ingen kladd ennå" in desk.read(desk.kept(rows))

    again = desk.kept(rows, again="on")
    assert "1 kunde får en kladd" in desk.read(again)
    desk.browser.post(again)
    assert ClientDraft.objects.count() == 2
    ClientDraft.objects.filter(status=DraftStatus.WAITING).update(**decline)
    desk.browser.post(again)

    assert ClientDraft.objects.count() == 2
    assert "1 er avslått" in desk.read(again)


def test_csv_is_read_as_well(desk: Desk) -> None:
    [row] = customers(1)
    text = as_csv([["organizationNumber", "publicJwk", "apiScopes"], [*row.values(), REGISTER]])

    desk.browser.post(desk.kept("\ufeff" + text, name="Kunder.CSV"))

    assert ClientDraft.objects.get().content["apiScopes"] == [REGISTER]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.json", "Filen du sendte er tom"),
        (b"[", "a.json", "Filen kan ikke leses: not strict JSON"),
        (b"\xff\xfe", "a.csv", "Forventet tekst i UTF-8."),
        (json.dumps([{}] * 501).encode(), "a.json", "found 501"),
        (b" " * (2 * 1024 * 1024 + 1), "a.json", "Filen er for stor."),
        (b"organizationNumber\n1,2\n", "a.csv", "more cells"),
    ],
)
def test_a_file_that_is_no_list_is_told_so(
    desk: Desk, content: bytes, name: str, says: str
) -> None:
    answer = desk.upload(content, name=name)

    assert answer.status_code == 422
    page = unescape(answer.content.decode())
    assert "file" in answer.context["form"].errors
    assert says in page or "tom" in page
    assert not CustomerList.objects.exists()


def test_without_a_file_or_with_a_key_of_another_nothing_is_kept(
    desk: Desk, acme: Organization, alice: User
) -> None:
    other = make_automation_key(desk.system, by=alice, secret="o" * 43)
    other.ended_at, other.ended_by = timezone.now(), alice
    other.save()

    assert desk.browser.post(desk.url("new_list"), {"key": desk.key.pk}).status_code == 422
    assert desk.upload(customers(1), key=other.pk).status_code == 422
    assert not CustomerList.objects.exists()


def test_after_its_key_has_ended_a_list_makes_nothing(desk: Desk, alice: User) -> None:
    address = desk.kept(customers(1))
    desk.key.ended_at, desk.key.ended_by = timezone.now(), alice
    desk.key.save()

    answer = desk.browser.post(address)

    assert answer.status_code == 409
    assert "er avsluttet. Last opp filen igjen med en annen." in unescape(answer.content.decode())
    assert not ClientDraft.objects.exists()


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("extra", [{}, {"unknown": 1}], ids=["a draft", "no draft"])
def test_a_private_key_is_kept_nowhere(desk: Desk, as_text: bool, extra: dict[str, Any]) -> None:
    private = private_jwk("ES256", 800)
    rows = customers(2)
    rows[1] |= {"publicJwk": json.dumps(private) if as_text else private} | extra
    known = [rows[0], rows[0] | {"publicJwk": json.dumps(private)}]

    page = desk.read(desk.kept(rows))
    desk.kept(known)

    assert "1 har feil" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM selfservice_customerlist l")
        kept = str(cursor.fetchall())
    assert private["x"] not in kept
    assert private["d"] not in kept
    assert private["d"] not in page
    assert BarredThumbprint.objects.count() == 1


def test_the_private_half_of_a_known_key_is_not_kept_either(desk: Desk) -> None:
    """A draft waits for the public half; the file has both by mistake. The key is barred."""
    private = private_jwk("ES256", 801)
    rows = customers(1)
    rows[0] |= {"publicJwk": json.dumps(public_of(private))}
    desk.browser.post(desk.kept(rows))
    rows[0] |= {"publicJwk": json.dumps(private)}

    page = desk.read(desk.kept(rows))

    assert "1 venter" not in page
    assert "key.private" in page
    assert BarredThumbprint.objects.count() == 1
    assert all(private["d"] not in json.dumps(each.rows) for each in CustomerList.objects.all())


def test_links_are_csv_that_a_spreadsheet_opens_safely(desk: Desk) -> None:
    rows = customers(2)
    Organization.objects.filter(number=rows[0]["organizationNumber"]).update(name="=HYPERLINK(1)")
    address = desk.kept([*rows, {"organizationNumber": "=1+1"}])
    desk.browser.post(address)

    answer = desk.browser.get(f"{address}links.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    [head, *lines] = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert head == ["organizationNumber", "name", "state", "clientId", "link"]
    assert [line[1] for line in lines] == ["'=HYPERLINK(1)", "Kunde 1", ""]
    assert lines[2][0] == "'=1+1"
    assert [line[2] for line in lines] == ["waiting", "waiting", "faulty"]
    assert all("/test/confirm-client/" in line[4] for line in lines[:2])
    assert lines[2][3:] == ["", ""]


def test_names_in_the_file_are_text_on_the_page(desk: Desk) -> None:
    address = desk.kept([{"organizationNumber": "<script>"}], name="<b>.json")

    answer = desk.browser.get(address).content.decode()

    assert "<script>alert" not in answer
    assert "<b>" not in answer
    assert "&lt;b&gt;.json" in answer


def test_readers_see_the_plan_and_upload_nothing(desk: Desk, bob: User) -> None:
    address = desk.kept(customers(1))
    desk.browser.force_login(bob)

    assert "1 har ingen kladd ennå" in desk.read(address)
    assert desk.browser.post(address).status_code == 403
    assert desk.upload(customers(1)).status_code == 403
    assert desk.browser.get(desk.url("new_list")).status_code == 403
    assert not ClientDraft.objects.exists()


def test_a_list_is_found_at_its_own_system_only(
    desk: Desk, system: ClientSystem, acme: Organization, alice: User
) -> None:
    address = desk.kept(customers(1))
    other = make_system(acme, alice, name="Et annet")
    elsewhere = address.replace(str(system.pk), str(other.pk))

    assert elsewhere != address
    assert desk.browser.get(elsewhere).status_code == 404


def test_old_lists_are_forgotten(desk: Desk) -> None:
    desk.kept(customers(1))
    now = timezone.now()

    assert lists.forget(at=now + timedelta(days=89), days=90) == 0
    assert lists.forget(at=now + timedelta(days=91), days=90) == 1
    assert not CustomerList.objects.exists()
