"""Every kind of event has its words, or has been found to be a step of another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import translation

from onboarding.audit.models import Event
from onboarding.clients.states import Decision
from onboarding.promotion.states import Action
from onboarding.suppliers.states import Act
from portal.pages.happenings import WORDS, sentence

ROOT = Path(__file__).parents[2] / "onboarding"
# Steps of something that is told of, acts of persons and of the machinery.
QUIET = {
    "api_check.scheduled",
    "api_check.started",
    "api_check.unscheduled",
    "checklist.begin",
    "checklist.discard",
    "checklist.publish",
    "checklist.remove_item",
    "checklist.save_item",
    "claim.add",
    "claim.change",
    "claim.remove",
    "client.begun",
    "client.claims_filled",
    "client.discarded",
    "client.key_chosen",
    "client.organization_chosen",
    "client.scopes_chosen",
    "client.system_chosen",
    "client.token_life_chosen",
    "customer_list.kept",
    "draft.confirmed",
    "draft.made",
    "evidence.name_clients",
    "evidence.take_up",
    "key.barred",
    "key.delivered",
    "key.made",
    "key.making_expired",
    "key.requested",
    "person.email_changed",
    "person.logged_in",
    "person.phone_changed",
    "promotion.addresses",
    "promotion.answer",
    "promotion.begin",
    "promotion.comment",
    "promotion.condition",
    "promotion.edit",
    "promotion.endorse",
    "promotion.hand_over",
    "promotion.join",
    "promotion.judge",
    "promotion.look",
    "promotion.newest",
    "promotion.put_back",
    "promotion.resubmit",
    "promotion.roll_back",
    "promotion.take",
    "signing_key.made",
    "signing_key.rotated",
    "smoketest.started",
    "change.published",
    "change.written",
    "follower.added",
    "follower.removed",
    "handover.made",
    "handover.used",
    "terms.drafted",
    "terms.edited",
    "terms.published",
    "system.discard",
    "system.new_version",
    "system.save",
}


def kinds(tree: ast.AST) -> Iterator[str]:
    """The kinds that a module records, as far as they stand there as text."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Call(func=ast.Name(id="record" | "_record" | "record_key"), args=[first, *_])
                | ast.Call(func=ast.Name(id="_move"), args=[_, first, *_])
            ):
                for part in ast.walk(first):
                    match part:
                        case ast.Constant(value=str(kind)):
                            yield kind


def recorded() -> set[str]:
    found = set()
    for path in ROOT.rglob("*.py"):
        app = path.relative_to(ROOT).parts[0]
        for kind in kinds(ast.parse(path.read_text())):
            found.add(kind if "." in kind else f"{app.removesuffix('s')}.{kind}")
    # f"access.{decision}": the rest of it stands in the table of decisions.
    found |= {f"access.{decision}" for decision in Decision if "access." in found}
    found |= {f"supplier.{act}" for act in Act if "supplier." in found}
    found |= {f"promotion.{action}" for action in Action}
    found |= {"release.make", "release.roll_back"}
    return {kind for kind in found if not kind.endswith(".")}


def test_kinds_are_found() -> None:
    assert {"organization.registered", "client.finished", "smoketest.failed"} <= recorded()


def test_every_kind_is_told_of_or_quiet() -> None:
    assert recorded() - set(WORDS) - QUIET == set()


def test_no_words_for_what_never_happens() -> None:
    assert set(WORDS) - recorded() == set()


@pytest.mark.parametrize("kind", WORDS)
def test_sentence_needs_no_details(kind: str) -> None:
    with translation.override("nb"):
        text = sentence(Event(kind=kind, actor="Kari", subject="a:1", details={}), {})

    assert "%" not in text


def test_sentence_names_role_person_and_client() -> None:
    client_id = uuid4()
    details = {"person": "Petter", "after": "admin"}
    changed = Event(kind="membership.role_changed", actor="Kari", subject="a:1", details=details)
    passed = Event(
        kind="smoketest.failed",
        actor="system",
        subject="smoketests.run:1",
        details={"client_id": str(client_id)},
    )
    revoked = Event(
        kind="key.revoked", actor="Kari", subject="a:1", details={"client": str(client_id)}
    )

    with translation.override("nb"):
        assert sentence(changed, {}) == "Kari ga Petter rollen «administrator»"
        assert sentence(passed, {client_id: "Fjordbyen"}) == "Tokentesten for Fjordbyen feilet"
        assert sentence(revoked, {}) == "Kari sperret en nøkkel for en klient"


def test_portal_is_called_by_its_name() -> None:
    event = Event(kind="key.registered", actor="system", subject="a:1", details={})

    with translation.override("nb"):
        assert sentence(event, {}) == "Portalen la inn en ny nøkkel for en klient"
