"""The way of a case over its pages, on both sides, and what they say when it goes wrong."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from onboarding.accounts.models import User
from onboarding.checklists import services
from onboarding.checklists.models import Subject
from onboarding.clients.models import ClientConfiguration
from onboarding.notices.models import Notice
from onboarding.promotion.models import Case, Comment, Decision, Release
from onboarding.promotion.services import deciding
from onboarding.promotion.states import Status
from onboarding.suppliers.models import Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import SupplierState
from onboarding.systems.models import ClientSystem
from tests.checklists.making import first_version, trace
from tests.constants import NOON
from tests.factories import make_revision
from tests.promotion import making
from tests.promotion.making import ANSWERED, JUDGED
from tests.suppliers.making import make_terms

pytestmark = pytest.mark.django_db


def at(name: str, case: Case, *rest: object, environment: str = "test") -> str:
    """The address of a page of the supplier's."""
    return reverse(name, args=[environment, case.organization.number, case.pk, *rest])


def desk(name: str, case: Case, *rest: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *rest])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def page(client: Client, who: User, address: str, status: int = 200) -> str:
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def send(client: Client, who: User, address: str, **data: Any) -> Any:
    client.force_login(who)
    return client.post(address, data)


def seen(text: str) -> str:
    """The digest that a page of the desk was shown with."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', text)
    assert found
    return found[1]


def take_and_judge(client: Client, case: Case, rita: User) -> str:
    """Take a case and judge its one item over the pages; return the page that shows it then."""
    assert send(client, rita, desk("take", case)).status_code == 302
    judged = {f"judge-{JUDGED}-verdict": "pass", f"judge-{JUDGED}-note": "Fint"}
    assert send(client, rita, desk("judge", case, JUDGED), **judged).status_code == 302
    return page(client, rita, desk("case", case))


def test_from_the_list_to_production(client: Client, rita: User, checklist: object) -> None:
    organization, person = making.make_supplier()
    system = making.make_promoted_system(organization, person, name="Fyrlykta Journal")
    where = reverse("promotion:list", args=["test", organization.number])
    assert "Begynn på saken" in page(client, person, where)
    begin = reverse("promotion:begin_system", args=["test", organization.number, system.pk])

    assert send(client, person, begin).status_code == 302
    case = Case.objects.get()
    text = page(client, person, at("promotion:case", case))
    assert "Ett sjekkpunkt trenger svar eller grunnlag" in text
    assert "Send inn til gjennomgang" not in text
    answer = {f"{ANSWERED}-choice": "good", f"{ANSWERED}-text": "klient.py:12"}
    assert send(client, person, at("promotion:answer", case, ANSWERED), **answer).status_code == 302
    assert "Send inn til gjennomgang" in page(client, person, at("promotion:case", case))
    assert send(client, person, at("promotion:submit", case)).status_code == 302

    assert "Fyrlykta Journal" in page(client, rita, reverse("desk:queue"))
    shown = take_and_judge(client, case, rita)
    given = {"seen": seen(shown), "outcome": "approve", "message": "Bra."}
    assert send(client, rita, desk("decide", case), **given).status_code == 302
    assert fresh(case).status == Status.APPROVED

    assert "Sett i produksjon" in page(client, person, at("promotion:case", case))
    live = at("promotion:go_live", case, environment="production")
    assert "Dette ble godkjent" in page(client, person, live)
    assert send(client, person, live).status_code == 302
    release = Release.objects.get()
    release_url = reverse("promotion:release", args=["production", organization.number, release.pk])
    assert "produksjonsversjon 1" in page(client, person, release_url)
    assert ClientSystem.objects.get(environment="production").name == "Fyrlykta Journal"
    assert "Se den i produksjon" in page(client, person, at("promotion:case", case))


def test_what_bars_going_live_leads_to_where_it_is_mended(client: Client) -> None:
    case, person = making.make_approved()
    make_terms()
    Supplier.objects.update(state=SupplierState.SUSPENDED)
    live = at("promotion:go_live", case, environment="production")

    text = page(client, person, live)

    here = ["production", case.organization.number]
    for view in ("terms:own", "approval:own"):
        assert f'href="{reverse(view, args=here)}"' in text.partition("hindrances")[2]
    assert send(client, person, live).status_code == 409
    assert not Release.objects.exists()


def test_each_side_is_told_of_the_other_s_moves(client: Client, rita: User) -> None:
    case, person = making.make_submitted()
    assert Notice.objects.get(user=rita).url == desk("case", case)

    take_and_judge(client, case, rita)

    told = Notice.objects.get(user=person)
    assert (told.kind, told.url) == ("promotion.take", at("promotion:case", case))
    assert not Notice.objects.filter(user=person, kind="promotion.judge").exists()


def test_reasons_fill_a_message_that_is_then_sent(client: Client, rita: User) -> None:
    case, person = making.make_submitted(choice="bad")
    shown = take_and_judge(client, case, rita)
    assert "Godta som begrunnet avvik" in shown
    no = {"seen": seen(shown), "outcome": "request_changes", "codes": ["items", "keys"]}

    filled = send(client, rita, desk("decide", case), fill="1", **no).content.decode()

    assert "Z01: Krav Z01" in filled
    assert escape("Uklart hvor nøkkelen bor") in filled
    assert not Decision.objects.exists()
    message = "Rett Z01 først."
    assert send(client, rita, desk("decide", case), message=message, **no).status_code == 302
    assert message in page(client, person, at("promotion:case", case))
    assert "Nå er det" not in page(client, rita, desk("case", case))


def test_the_history_says_in_one_sentence_what_was_answered_in_a_row(
    client: Client, rita: User
) -> None:
    case, person = making.make_submitted(choice="bad")
    take_and_judge(client, case, rita)
    seen_by_rita = seen(page(client, rita, desk("case", case)))
    no = {"seen": seen_by_rita, "outcome": "request_changes", "codes": "other", "message": "Rett."}
    send(client, rita, desk("decide", case), **no)
    returned = page(client, person, at("promotion:case", case))
    for item, sent in (
        (ANSWERED, {"choice": "good"}),
        (JUDGED, {}),
        (ANSWERED, {"choice": "fair"}),
    ):
        typed = {f"{item}-text": "klient.py"} | {f"{item}-{key}": to for key, to in sent.items()}
        send(client, person, at("promotion:answer", case, item), **typed)

    text = page(client, person, at("promotion:case", case))

    assert f"{person.name} svarte på {ANSWERED} og {JUDGED}<" in text
    assert text.count(f"{person.name} svarte på") == 2
    assert re.search(r'id="group-operations" open', returned)


def test_a_no_without_a_reason_keeps_what_was_typed(client: Client, rita: User) -> None:
    case, _person = making.make_submitted()
    shown = take_and_judge(client, case, rita)
    given = {"seen": seen(shown), "outcome": "decline", "message": "Lang begrunnelse"}

    answer = send(client, rita, desk("decide", case), **given)

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Velg minst én grunn." in text
    assert "Lang begrunnelse" in text
    assert not Decision.objects.exists()


def test_a_late_decision_loses_nothing_that_was_typed(
    client: Client, rita: User, ruth: User
) -> None:
    case, _person = making.make_submitted(sensitive=True)
    shown = take_and_judge(client, case, rita)
    assert send(client, ruth, desk("join", case)).status_code == 302
    given = {"seen": seen(shown), "outcome": "decline", "codes": ["other"]}
    deciding.request_changes(
        case_id=case.pk,
        seen=seen(shown),
        message="Rett.",
        codes=["other"],
        by=actor_for(ruth),
        at=NOON,
    )

    answer = send(client, rita, desk("decide", case), message="Lang begrunnelse", **given)

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Lang begrunnelse" in text
    assert "Venter på leverandøren" in text
    assert Decision.objects.count() == 1


def test_a_stale_page_shows_what_is_newer_and_keeps_the_message(client: Client, rita: User) -> None:
    case, _person = making.make_submitted()
    shown = take_and_judge(client, case, rita)
    making.judge(case, rita, "fail")
    given = {"seen": seen(shown), "outcome": "decline", "codes": ["other"], "message": "Nei, fordi"}

    answer = send(client, rita, desk("decide", case), **given)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Det finnes en nyere utgave av saken" in text
    assert "Nei, fordi" in text
    given["seen"] = seen(text)
    assert send(client, rita, desk("decide", case), **given).status_code == 302


def test_a_newer_version_in_test_is_said_and_taken_in(client: Client, rita: User) -> None:
    case, person = making.make_submitted()
    take_and_judge(client, case, rita)
    assert case.system
    make_revision(case.system, number=2, by=person)

    shown = page(client, rita, desk("case", case))
    assert "Test har en nyere versjon enn den saken gjelder." in shown
    no = {"seen": seen(shown), "outcome": "request_changes", "codes": ["newer"], "message": "Ny."}
    send(client, rita, desk("decide", case), **no)
    assert "Ta inn den nyeste versjonen" in page(client, person, at("promotion:case", case))
    send(client, person, at("promotion:newest", case))

    assert fresh(case).revision == case.system.revisions.get(number=2)


def test_an_answer_that_is_wrong_is_shown_again(client: Client, checklist: object) -> None:
    organization, person = making.make_supplier()
    case = making.begin(making.make_promoted_system(organization, person), person)
    address = at("promotion:answer", case, ANSWERED)

    answer = send(client, person, address, **{f"{ANSWERED}-text": "det jeg skrev"})

    assert answer.status_code == 422
    assert "det jeg skrev" in answer.content.decode()


def test_a_thread_goes_to_and_fro(client: Client, rita: User) -> None:
    case, person = making.make_submitted()
    making.take(case, rita)
    token = uuid4()
    prefix = f"comment-{ANSWERED}"
    said = {"item": ANSWERED, f"{prefix}-text": "Hvor?", f"{prefix}-token": str(token)}

    send(client, rita, desk("comment", case), **said)
    send(client, rita, desk("comment", case), **said)

    assert Comment.objects.count() == 1
    assert "Hvor?" in page(client, person, at("promotion:case", case))
    said |= {f"{prefix}-text": "Her.", f"{prefix}-token": str(uuid4())}
    send(client, person, at("promotion:comment", case), **said)
    assert "Her." in page(client, rita, desk("case", case))
    empty = send(client, person, at("promotion:comment", case), item=ANSWERED)
    assert empty.status_code == 422


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 404), ("charlie", 404), ("olav", 200), ("rita", 200)]
)
def test_the_desk_exists_for_reviewers_and_operators(
    client: Client, who: str, status: int, request: pytest.FixtureRequest
) -> None:
    case, person = making.make_submitted()
    someone = request.getfixturevalue(who)

    page(client, someone, reverse("desk:queue"), status)
    page(client, someone, desk("case", case), status)
    page(client, person, desk("case", case), 404)


def test_an_operator_presses_nothing(client: Client, olav: User) -> None:
    case, _person = making.make_submitted()

    assert "Ta saken" not in page(client, olav, desk("case", case))
    assert send(client, olav, desk("take", case)).status_code == 403
    assert send(client, olav, desk("decide", case)).status_code == 403


def test_a_draft_is_not_at_the_desk(client: Client, rita: User, checklist: object) -> None:
    organization, person = making.make_supplier()
    case = making.begin(making.make_promoted_system(organization, person), person)

    page(client, rita, desk("case", case), 404)


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("", True),
        ("turn=supplier", False),
        ("turn=mine", False),
        ("turn=all", True),
        ("turn=look", False),
        ("risk=high", True),
        ("risk=low", False),
        ("supplier=fyrlykta", True),
        ("supplier=nordlys", False),
        ("days=3", True),
        ("turn=nonsense", True),
    ],
)
def test_the_queue_is_narrowed(client: Client, rita: User, query: str, shows: bool) -> None:
    case, _person = making.make_submitted(sensitive=True)

    text = page(client, rita, f"{reverse('desk:queue')}?{query}")

    assert (desk("case", case) in text) is shows


def test_the_queue_costs_the_same_for_many(
    client: Client, rita: User, django_assert_num_queries: Any
) -> None:
    making.make_submitted()
    client.force_login(rita)
    address = reverse("desk:queue")
    client.get(address)

    with django_assert_num_queries(10):
        client.get(address)
    for _each in range(2):
        making.make_submitted()
    with django_assert_num_queries(10):
        client.get(address)


def test_put_back_hand_over_and_withdraw(client: Client, rita: User, ruth: User) -> None:
    case, person = making.make_submitted()
    making.take(case, rita)
    assert send(client, rita, desk("hand_over", case), to="").status_code == 422
    assert send(client, rita, desk("hand_over", case), to=str(ruth.pk)).status_code == 302
    assert send(client, ruth, desk("put_back", case)).status_code == 302
    assert "ligg" in page(client, person, at("promotion:withdraw", case))

    assert send(client, person, at("promotion:withdraw", case)).status_code == 302

    assert "Start en ny sak" in page(client, person, at("promotion:case", case))
    assert send(client, person, at("promotion:withdraw", case)).status_code == 409


def test_a_synthetic_organisation_is_told_so(
    client: Client, alice: User, acme: Any, checklist: object
) -> None:
    where = reverse("promotion:list", args=["test", acme.number])

    assert "Acme EPJ AS finnes bare i test" in page(client, alice, where)


def test_counts_lead_to_what_was_counted(client: Client, rita: User) -> None:
    """With the shipped checklist, where the portal has counted something."""
    organization, person = making.make_supplier()
    first_version()
    case = making.begin(making.make_promoted_system(organization, person), person)
    subject = Subject.objects.get(revision=case.revision)
    tested = ClientConfiguration.objects.get(environment="test")
    services.name_clients(
        subject_id=subject.pk, client_ids=[tested.pk], by=actor_for(person), at=timezone.now()
    )
    trace(tested, timezone.now())

    text = page(client, person, at("promotion:case", case))

    where = reverse("evidence:item", args=["test", organization.number, subject.pk, "U02"])
    assert f'href="{where}#traces">1<' in text
    shown = page(client, person, where)
    assert 'id="traces"' in shown
    assert reverse("traffic", args=["test", organization.number, tested.pk]) in shown


def test_the_table_of_changes_is_shown(client: Client, alice: User, acme: Any) -> None:
    text = page(client, alice, reverse("promotion:changes", args=["test", acme.number]))

    assert "Returadresse på et nytt vertsnavn" in text
    assert "Ny gjennomgang" in text
