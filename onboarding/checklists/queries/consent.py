"""Whether those who own the scopes of a version have said yes to them in production."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from onboarding.apis.models import Scope
from onboarding.checklists.queries.rows import Row
from onboarding.clients.models import Consent
from onboarding.clients.queries import consents
from onboarding.clients.rules.consents import may_be_asked
from onboarding.clients.states import Access
from onboarding.core.environments import Environment
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import may
from onboarding.suppliers.states import Errand, Right
from onboarding.systems.models import Revision


class Asked(NamedTuple):
    """One scope whose owner has to say yes: what he has said, None before he was asked.

    `scope` is that of production, or of test where production has none of that name yet.
    """

    scope: Scope
    consent: Consent | None

    @property
    def access(self) -> Access | None:
        return Access(self.consent.access) if self.consent else None

    @property
    def is_there(self) -> bool:
        return self.scope.environment == Environment.PRODUCTION

    @property
    def since(self) -> datetime | None:
        return (self.consent.decided_at or self.consent.asked_at) if self.consent else None


def asked(revision: Revision) -> list[Asked]:
    """Return the scopes of a version that need their owner's yes in production. Three queries."""
    known = consents.answers(revision)
    found = [Asked(scope, known.get(scope.pk)) for scope in consents.guarded(revision)]
    return found + [Asked(scope, None) for scope in consents.guarded_in_test_only(revision)]


def to_hand_over(revision: Revision) -> Asked | None:
    """Return the first that its owner can answer and has not said yes to."""
    return next((each for each in asked(revision) if _is_owners_turn(each)), None)


def row(revision: Revision, actor: Actor, at: datetime) -> Row:
    """Return the row of the preflight: what is left to do oneself comes first."""
    found = asked(revision)
    left = [each for each in found if each.access != Access.OK]
    if not left:
        return _met(found)
    numbers = {"given": len(found) - len(left), "asked": len(found)}
    first = min(left, key=lambda each: _order(each, at))
    told = {**numbers, "owner": first.scope.api.organization.name, "scope": first.scope.name}
    may_ask = may(Right.SYSTEMS, actor, revision.system.organization_id, Environment.TEST)
    can_ask = any(each.is_there and may_be_asked(each.consent, at) for each in left)
    errand = Errand.CONSENT if any(map(_is_owners_turn, left)) else None
    return _unmet(first, told, errand, revision if may_ask and can_ask else None)


def _unmet(
    first: Asked, told: Mapping[str, object], errand: Errand | None, ask_for: Revision | None
) -> Row:
    """`ask_for` is the version to ask the owners for, where that can be done now."""
    state, word, note = (
        "you",
        _("Ikke oppfylt"),
        _("%(owner)s er ikke spurt om %(scope)s i produksjon."),
    )
    if not first.is_there:
        state, word = "wait", _("Venter")
        note = _("%(owner)s har ikke %(scope)s i produksjon ennå.")
    elif first.access == Access.PENDING:
        state, word, note = "wait", _("Venter"), _("%(owner)s har %(scope)s til vurdering.")
    elif first.access == Access.DECLINED:
        state, word, note = "fail", _("Ikke godkjent"), _("%(owner)s har sagt nei til %(scope)s.")
    note = _("%(given)d av %(asked)d har sagt ja.") + " " + note
    text = note % told
    if first.consent and first.consent.reason:
        text += f" «{first.consent.reason}»"
    view = "evidence:ask_consent" if ask_for else ""
    args: tuple[object, ...] = (ask_for.system_id,) if ask_for else ()
    action = _("Spør eierne") if ask_for else ""
    return Row(
        "consent",
        state,
        word,
        _title(),
        text,
        first.since,
        view,
        args,
        action,
        errand,
        is_act=ask_for is not None,
    )


def _met(found: list[Asked]) -> Row:
    since = max((each.since for each in found if each.since), default=None)
    note = (
        _("Alle som eier scopene, har sagt ja til produksjon.")
        if found
        else _("Ingen av scopene krever det.")
    )
    return Row("consent", "ok", _("Oppfylt"), _title(), note, since)


def _title() -> str:
    return _("Samtykke fra dem som eier scopene")


def _order(each: Asked, at: datetime) -> int:
    """What can be asked first, then a no, what waits, and what production does not have."""
    if not each.is_there:
        return 3
    if each.access is None or may_be_asked(each.consent, at):
        return 0
    return 1 if each.access == Access.DECLINED else 2


def _is_owners_turn(each: Asked) -> bool:
    return each.access in (Access.PENDING, Access.DECLINED)
