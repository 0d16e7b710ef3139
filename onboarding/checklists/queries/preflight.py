"""What stands between a client system, or an API, and production; and who can put it right.

Shown before the first form. What other apps know is asked of them: the code review of whoever
settings.REVIEW_STANDING names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.checklists.queries import (
    consent,
    evaluation,
    production_keys,
    subjects,
    versions,
)
from onboarding.checklists.queries.rows import Judged, Row, owner_of
from onboarding.checklists.queries.tested import tested
from onboarding.checklists.states import UNDECIDED, Kind
from onboarding.core import formats
from onboarding.core.environments import Environment
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import administrators, role_since
from onboarding.suppliers.queries.standing import Standing, standing
from onboarding.suppliers.rules import may
from onboarding.suppliers.states import STOPPED, Errand, Right, Role, SupplierState
from onboarding.systems.models import Revision

__all__ = ["Judged", "Row", "Task", "barring", "rows", "task"]


def rows(judged: Judged, actor: Actor, at: datetime) -> list[Row]:
    """Return what production takes of a published version or an API, as it stands now."""
    platform = standing(owner_of(judged), at)
    supplier, right, *rest = _before_review(judged, actor, platform, at)
    return [supplier, _terms(platform), right, _review(judged, actor, at), *rest]


def barring(judged: Judged, actor: Actor, at: datetime) -> list[Row]:
    """Return the rows that have to be met before a case is sent in, and are not."""
    found = _before_review(judged, actor, standing(owner_of(judged), at), at)
    return [row for row in found if not (row.is_met or row.is_later)]


def _before_review(judged: Judged, actor: Actor, platform: Standing, at: datetime) -> list[Row]:
    """All but the review itself, and the terms, which going live asks for once more."""
    found = [_supplier(platform), _right(judged, actor), _smoke_test(judged)]
    if isinstance(judged, Revision):
        found += [production_keys.row(judged, at), consent.row(judged, actor, at)]
    return found


class Task(NamedTuple):
    """What a link hands over: to whom, what, and the page that it leads to.

    `number` is that of the organisation whose page it is, "" for the judged one's own.
    """

    errand: Errand
    organization_id: int
    environment: str
    view: str
    args: tuple[object, ...] = ()
    number: str = ""


def task(judged: Judged, key: str, actor: Actor, at: datetime) -> Task | None:
    """Return what can be handed over of a row that is not met; None where nothing can."""
    row = next((each for each in rows(judged, actor, at) if each.key == key), None)
    if row is None or row.errand is None:
        return None
    if row.errand == Errand.CONSENT and isinstance(judged, Revision):
        asked = consent.to_hand_over(judged)
        if asked is None:  # answered since the row was made
            return None
        owner = asked.scope.api.organization
        return Task(row.errand, owner.pk, *_ELSEWHERE[row.errand], (), owner.number)
    if row.errand in _ELSEWHERE:
        return Task(row.errand, owner_of(judged), *_ELSEWHERE[row.errand])
    return Task(row.errand, owner_of(judged), Environment.TEST, row.view, row.args)


# What is done in production: nobody gives a role, a key or a yes there from test.
_ELSEWHERE: Final = {
    Errand.CONSENT: (Environment.PRODUCTION, "clients:requests"),
    Errand.ROLES: (Environment.PRODUCTION, "people:list"),
    Errand.KEYS: (Environment.PRODUCTION, "clients:list"),
}


def _review(judged: Judged, actor: Actor, at: datetime) -> Row:
    """The standing of the case where there are cases; else how far the evidence has come."""
    if settings.REVIEW_STANDING:
        ask: Callable[[Judged, Actor, datetime], Row | None]
        ask = import_string(settings.REVIEW_STANDING)
        if row := ask(judged, actor, at):
            return row
    title, view = _("Kodegjennomgang"), "evidence:api"
    args: tuple[object, ...] = (judged.pk,)
    if isinstance(judged, Revision):
        view, args = "evidence:system", (judged.system_id,)
    subject, version = subjects.subject_of(judged), versions.current_version()
    if subject is None or version is None:
        note = _(
            "Begynn med å velge hva portalen skal måle. Mange punkter blir avklart av seg selv."
        )
        action = _("Begynn på dokumentasjonen")
        word, errand = _("Ikke begynt"), Errand.REVIEW
        return Row("review", "you", word, title, note, None, view, args, action, errand)
    found = evaluation.evaluate(subject, version, answers={}, judgements={}, at=at)
    settled = sum(each.verdict not in UNDECIDED for each in found if each.kind == Kind.PORTAL)
    provable = sum(each.kind == Kind.PORTAL for each in found)
    note = _(
        "Portalen har avklart %(settled)d av %(provable)d punkter som den kan dokumentere."
    ) % {
        "settled": settled,
        "provable": provable,
    }
    action = _("Gå til dokumentasjonen")
    word, errand = _("Ikke sendt inn"), Errand.REVIEW
    return Row("review", "you", word, title, note, None, view, args, action, errand)


def _right(judged: Judged, actor: Actor) -> Row:
    owner, right = owner_of(judged), _kind_of_right(judged)
    title = _("Rett til å opptre i produksjon")
    if may(right, actor, owner, Environment.PRODUCTION):
        held = actor.roles.get((owner, Environment.PRODUCTION))
        label = formats.inside(str(Role(held).label)) if held else formats.inside(str(right.label))
        note = _("Du har «%(right)s» i produksjon.") % {"right": label}
        since = role_since(actor.user_id, owner, Environment.PRODUCTION) if held else None
        return Row("right", "ok", _("Oppfylt"), title, note, since)
    people = administrators(owner, Environment.PRODUCTION)
    if people:
        names = get_text_list(people, _("eller"))
        note = _("Du kan ikke endre noe i produksjon. %(people)s kan gi deg rettigheten.")
        note = note % {"people": names}
    else:
        note = _("Ingen har en rolle i produksjon ennå. Altinn skal si hvem som kan få den.")
    errand = Errand.ROLES if people else None
    return Row("right", "fail", _("Ikke oppfylt"), title, note, errand=errand)


def _smoke_test(judged: Judged) -> Row:
    """What counts is said where the tests are looked at; the fix is at the client."""
    title = _("Grønn tokentest av akkurat dette oppsettet")
    found = tested(judged, owner_of(judged))
    row = Row("test", found.state, found.word, title, found.note, found.since)
    if row.is_met:
        return row
    if found.client:
        view, args, action = "client", (found.client,), _("Gå til klienten")
        return replace(row, view=view, args=args, action=action, errand=Errand.TEST)
    action = _("Gå til klientene")
    return replace(row, view="clients:list", action=action, errand=Errand.TEST)


def _supplier(found: Standing) -> Row:
    title, view = _("Godkjent leverandør"), "approval:own"
    action, word = _("Gå til godkjenningen"), str(found.state.label)
    if found.is_approved:
        note = _("En forvalter på plattformen har godkjent virksomheten.")
        return Row("supplier", "ok", _("Oppfylt"), title, note, found.since)
    if found.state == SupplierState.APPLIED:
        note = _("Søknaden er sendt. En forvalter på plattformen svarer.")
        return Row("supplier", "wait", word, title, note, found.since, view, (), action)
    if found.state in STOPPED:
        note = _("Virksomheten er stanset i produksjon. En forvalter på plattformen kan åpne den.")
        return Row("supplier", "fail", word, title, note, found.since, view, (), action)
    note = _("En administrator i virksomheten søker, og en forvalter på plattformen svarer.")
    if found.administrators:
        names = get_text_list(list(found.administrators), _("eller"))
        note = _("%(people)s kan søke, og en forvalter på plattformen svarer.") % {"people": names}
    return Row("supplier", "you", word, title, note, None, view, (), action, Errand.APPROVAL)


def _terms(found: Standing) -> Row:
    title, terms, view = _("Bruksvilkår"), found.terms, "terms:own"
    action = _("Gå til bruksvilkårene")
    if not terms.version:
        return Row("terms", "wait", _("Venter"), title, _("Ingen bruksvilkår er publisert ennå."))
    if not terms.is_missing:
        note = _("Versjon %(version)s er godtatt av %(person)s.")
        note = note % {"version": terms.version, "person": terms.accepted_by}
        return Row("terms", "ok", _("Oppfylt"), title, note, terms.accepted_at)
    note = _("Ingen er merket med signaturrett ennå. Det gjør en administrator.")
    if found.signatories:
        names = get_text_list(list(found.signatories), _("eller"))
        note = _("%(people)s har signaturrett, og kan godta.") % {"people": names}
    word, errand = _("Ikke oppfylt"), Errand.TERMS
    return Row("terms", "fail", word, title, note, None, view, (), action, errand)


def _kind_of_right(judged: Judged) -> Right:
    return Right.SYSTEMS if isinstance(judged, Revision) else Right.APIS
