"""Cases for tests, with a checklist of a few items that people settle, so that nothing is slow."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from onboarding.accounts.models import User
from onboarding.apis.models import Api, Scope
from onboarding.checklists.models import ChecklistVersion, Item
from onboarding.checklists.services import take_up
from onboarding.core.environments import Environment
from onboarding.promotion.models import Case
from onboarding.promotion.queries.assessing import assess
from onboarding.promotion.services import cases, deciding, releasing, reviewing, submitting
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Selection
from tests.checklists.making import passed
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_membership,
    make_organization,
    make_scope,
    make_system,
    make_user,
)
from tests.suppliers import making as suppliers

PRODUCTION = Environment.PRODUCTION
ANSWERED, JUDGED = "Z01", "Z02"


def _item(key: str, kind: str, **fields: Any) -> dict[str, Any]:
    text = {"nb": f"Krav {key}", "en": f"Requirement {key}"}
    return {
        "id": key,
        "group": "operations",
        "applies": ["always"],
        "kind": kind,
        "requirement": text,
        "why": text,
        "fix": text,
        "source": ["RFC 6749"],
        "proof": "somebody says so",
        "rule": {"pass": "it is so"},
        "evidence": "what was said",
    } | fields


ANSWERS = [
    {"key": "good", "verdict": "pass", "nb": "Godt", "en": "Good"},
    {"key": "fair", "verdict": "warn", "nb": "Nesten", "en": "Almost"},
    {"key": "bad", "verdict": "fail", "nb": "Ikke", "en": "Not"},
]


def make_checklist(number: int = 900, *, judged: bool = True) -> ChecklistVersion:
    """A published version with one item that the supplier answers and one that is judged."""
    version = ChecklistVersion.objects.create(number=number, created_at=NOON)
    blocks = [_item(ANSWERED, "supplier", answers=ANSWERS)]
    blocks += [_item(JUDGED, "reviewer")] if judged else []
    for position, block in enumerate(blocks, 1):
        Item.objects.create(version=version, key=block["id"], position=position, block=block)
    version.published_at = NOON
    version.save()
    return version


def make_case(system: ClientSystem, *, by: User, **fields: Any) -> Case:
    """A case row as it begins, whoever may begin one."""
    take_up(revision_id=system.current_id, by=actor_for(by), at=NOON)
    known: dict[str, Any] = {
        "organization": system.organization,
        "number": 1,
        "name": system.name,
        "system": system,
        "revision": system.current,
        "checklist": ChecklistVersion.objects.filter(number=900).first() or make_checklist(),
        "created_at": NOON,
        "created_by": by,
        "turn_since": NOON,
    }
    return Case.objects.create(**known | fields)


def make_supplier(name: str = "Fyrlykta Journal AS") -> tuple[Organization, User]:
    """A real organisation with somebody who writes for it in test and in production."""
    organization = make_organization(name, is_synthetic=False)
    person = make_user(organization=organization, role=Role.ADMIN)
    make_membership(person, organization, role=Role.ADMIN, environment=PRODUCTION)
    suppliers.make_supplier(organization)
    return organization, person


def make_scopes(name: str = "acme:journal", **fields: Any) -> tuple[Scope, Scope]:
    """The same scope in test and in production."""
    owner = make_organization("API-eier AS", is_synthetic=False)
    found = [
        make_scope(
            make_api(owner, short_name=name, environment=environment),
            f"{name}/read",
            environment=environment,
            **fields,
        )
        for environment in (Environment.TEST, PRODUCTION)
    ]
    return found[0], found[1]


def make_promoted_system(
    organization: Organization, by: User, *, sensitive: bool = False, **fields: Any
) -> ClientSystem:
    """A client system in test whose one scope production has too, with a green token test."""
    name = f"acme:{uuid4().hex[:8]}"
    scope, _there = make_scopes(name, is_sensitive=sensitive)
    system = make_system(organization, scopes={scope: Selection.PRESELECTED}, by=by, **fields)
    make_green(system, by)
    return system


def make_green(judged: ClientSystem | Api, by: User) -> None:
    """A token test that went well, of the current version of a system or of an API."""
    if isinstance(judged, Api):
        passed(make_client(judged.organization, by=by), api=judged)
    else:
        passed(make_client(system=judged, by=by))


def begin(system: ClientSystem, by: User) -> Case:
    return cases.begin_system(system_id=system.pk, by=actor_for(by), at=NOON)


def answer(case: Case, by: User, choice: str = "good") -> Case:
    return cases.answer(
        case_id=case.pk, item=ANSWERED, choice=choice, text="", by=actor_for(by), at=NOON
    )


def submit(case: Case, by: User) -> Case:
    return submitting.submit(case_id=case.pk, by=actor_for(by), at=NOON)


def make_submitted(
    *, sensitive: bool = False, choice: str = "good", judged: bool = True
) -> tuple[Case, User]:
    """A case that waits in the queue, and who sent it in."""
    if not ChecklistVersion.objects.filter(number=900).exists():
        make_checklist(judged=judged)
    organization, person = make_supplier()
    case = begin(make_promoted_system(organization, person, sensitive=sensitive), person)
    answer(case, person, choice)
    return submit(case, person), person


def take(case: Case, reviewer: User) -> Case:
    return reviewing.take(case_id=case.pk, by=actor_for(reviewer), at=NOON)


def judge(case: Case, reviewer: User, verdict: str = "pass") -> Case:
    return reviewing.judge(
        case_id=case.pk, item=JUDGED, verdict=verdict, note="", by=actor_for(reviewer), at=NOON
    )


def digest(case_id: UUID) -> str:
    """What somebody who looks at the case now sees."""
    return assess(Case.objects.get(pk=case_id), NOON).digest


def approve(case: Case, reviewer: User, **fields: Any) -> Case:
    given: dict[str, Any] = {"seen": digest(case.pk), "message": "", "at": NOON} | fields
    return deciding.approve(case_id=case.pk, by=actor_for(reviewer), **given)


def make_approved() -> tuple[Case, User]:
    """A case that may go live, and who may put it there."""
    case, person = make_submitted()
    reviewer = make_user(is_reviewer=True)
    take(case, reviewer)
    judge(case, reviewer)
    return approve(case, reviewer), person


def make_live() -> tuple[Case, User]:
    case, person = make_approved()
    releasing.go_live(case_id=case.pk, by=actor_for(person), at=NOON)
    return Case.objects.get(pk=case.pk), person
