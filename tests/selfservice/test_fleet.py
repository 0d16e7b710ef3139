"""Many customers from one file: a plan, an apply that repeats, a page and links as CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftStatus
from onboarding.core.spreadsheets import as_csv
from onboarding.jose.generation import generate
from onboarding.selfservice.asking import for_customers
from onboarding.selfservice.reading import Unreadable, customers_of
from onboarding.selfservice.services import fleet
from onboarding.selfservice.services.fleet import State
from onboarding.suppliers.models import Organization
from onboarding.systems.models import AutomationKey, ClientSystem
from tests.factories import make_automation_key, make_organization, org_number
from tests.leaks import remember_secret

pytestmark = pytest.mark.django_db
SECRET = "s" * 43


@pytest.fixture
def key(system: ClientSystem) -> AutomationKey:
    made = make_automation_key(system, secret=SECRET)
    return AutomationKey.objects.select_related("system__current", "system__organization").get(
        pk=made.pk
    )


def public() -> str:
    private = generate("ES256")
    remember_secret(private["d"])
    return json.dumps({name: value for name, value in private.items() if name != "d"})


def customers(count: int) -> list[dict[str, Any]]:
    return [
        {"organizationNumber": make_organization(f"Kunde {n}").number, "publicJwk": public()}
        for n in range(count)
    ]


def states(lines: list[fleet.Line]) -> list[State]:
    return [line.state for line in lines]


def test_plan_changes_nothing_and_apply_repeats(key: AutomationKey) -> None:
    rows, now = customers(3), timezone.now()

    assert states(fleet.plan(for_customers(rows), key=key, at=now)) == [State.NEW] * 3
    assert not ClientDraft.objects.exists()
    first = fleet.apply(for_customers(rows), key=key, at=now)
    second = fleet.apply(for_customers(rows), key=key, at=now)

    assert states(first) == [State.NEW] * 3
    assert states(second) == [State.WAITING] * 3
    assert [line.draft for line in first] == [line.draft for line in second]
    assert ClientDraft.objects.count() == 3


def test_answers_are_left_alone_and_what_ran_out_is_made_anew(
    key: AutomationKey, alice: User
) -> None:
    rows, now = customers(3), timezone.now()
    made = [line.draft for line in fleet.apply(for_customers(rows), key=key, at=now)]
    for draft, status in zip(made, (DraftStatus.CONFIRMED, DraftStatus.DECLINED), strict=False):
        assert draft
        answer = {"status": status, "answered_at": now, "answered_by": alice}
        ClientDraft.objects.filter(pk=draft.pk).update(**answer)

    later = fleet.apply(for_customers(rows), key=key, at=now + timedelta(hours=25))

    assert states(later) == [State.CONFIRMED, State.DECLINED, State.NEW]
    assert ClientDraft.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"organizationNumber": "123456789"}, "/1/organizationNumber: "),
        ({"publicJwk": "{}"}, "/1/publicJwk: "),
        ({"apiScopes": ["nhn:unknown/all"]}, "/1/apiScopes/0: "),
        ({"publicJwk": None}, "/1/publicJwk: "),
        ({"unknown": 1}, "/1/unknown: "),
        ({"postClientConfirmationRedirectUri": "https://evil.example/"}, "Redirect"),
    ],
)
def test_faulty_customer_stops_nobody_else(
    key: AutomationKey, changes: dict[str, Any], says: str
) -> None:
    rows = customers(3)
    rows[1] |= changes

    lines = fleet.apply(for_customers(rows), key=key, at=timezone.now())

    assert states(lines) == [State.NEW, State.FAULTY, State.NEW]
    assert lines[1].faults
    assert says in " ".join(f"{fault.pointer}: {fault.detail}" for fault in lines[1].faults)
    assert ClientDraft.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "is_csv", "says"),
    [
        ("{}", False, "list of customers"),
        ("[1]", False, "list of customers"),
        ("[]", False, "1 to 500"),
        ("[", False, "strict JSON"),
        (json.dumps([{}] * 501), False, "found 501"),
        ('[{"a": 1, "a": 2}]', False, "strict JSON"),
        ("organizationNumber\n", True, "1 to 500"),
        ("organizationNumber\n1,2\n", True, "more cells"),
    ],
)
def test_file_that_cannot_be_read(text: str, is_csv: bool, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        customers_of(text, is_csv=is_csv)


def test_csv_and_json_say_the_same() -> None:
    row = {
        "organizationNumber": org_number(),
        "publicJwk": '{"kty": "EC", "x": "a,b"}',
        "apiScopes": ["nhn:a/b", "nhn:c/d"],
    }
    cells = [row["organizationNumber"], row["publicJwk"], "nhn:a/b nhn:c/d", ""]
    text = as_csv([[*row, "redirectUris"], cells])

    assert customers_of(text, is_csv=True) == customers_of(json.dumps([row]), is_csv=False) == [row]


def test_command_plans_applies_and_writes_links(
    key: AutomationKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOMATION_KEY", SECRET)
    rows, file, links = customers(2), tmp_path / "customers.json", tmp_path / "links.csv"
    file.write_text(json.dumps(rows))

    def run(*arguments: str) -> str:
        out = io.StringIO()
        call_command("fleet", *arguments, stdout=out)
        return out.getvalue()

    assert "2 new" in run("plan", str(file))
    assert not ClientDraft.objects.exists()
    assert "2 new" in run("apply", str(file))
    assert "2 waiting" in run("apply", str(file), "--links", str(links))
    [head, *lines] = list(csv.reader(io.StringIO(links.read_text())))
    assert head == ["organizationNumber", "state", "clientId", "link"]
    assert [line[0] for line in lines] == [row["organizationNumber"] for row in rows]
    assert all(line[3].endswith(f"/test/confirm-client/{line[2]}") for line in lines)

    file.write_text(json.dumps([*rows, {"organizationNumber": "1"}]))
    with pytest.raises(CommandError, match="faulty"):
        run("apply", str(file))
    monkeypatch.setenv("AUTOMATION_KEY", "other")
    with pytest.raises(CommandError, match="AUTOMATION_KEY"):
        run("plan", str(file))


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|'/C calc'!A1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_cell_that_could_be_a_formula_is_text(cell: str) -> None:
    [[read]] = list(csv.reader(io.StringIO(as_csv([[cell]]), newline="")))

    assert read == f"'{cell}"


@pytest.mark.parametrize("cell", ["Fjordbyen", 'et "navn"', "a,b", "a=b", "to\nlinjer", ""])
def test_other_cells_are_as_they_were(cell: str) -> None:
    [[read]] = list(csv.reader(io.StringIO(as_csv([[cell]]), newline="")))

    assert read == cell


def test_page_shows_every_customer_and_the_links_are_safe(
    client: Client, acme: Organization, alice: User, key: AutomationKey, system: ClientSystem
) -> None:
    rows = customers(2)
    Organization.objects.filter(number=rows[0]["organizationNumber"]).update(name="=HYPERLINK(1)")
    fleet.apply(for_customers(rows), key=key, at=timezone.now())
    client.force_login(alice)

    page = client.get(reverse("drafts", args=["test", acme.number, system.pk])).content.decode()
    links = client.get(reverse("drafts_csv", args=["test", acme.number, system.pk]))

    assert "0 av 2 er bekreftet" in page
    assert "2 venter, 0 er avslått, 0 er utløpt." in page
    assert "Kunde 1" in page
    assert links["Content-Type"] == "text/csv; charset=utf-8"
    [head, *lines] = list(csv.reader(io.StringIO(links.content.decode(), newline="")))
    assert head[0] == "organizationNumber"
    assert {line[1] for line in lines} == {"'=HYPERLINK(1)", "Kunde 1"}
    assert all("/test/confirm-client/" in line[6] for line in lines)
