"""Asking API owners whether a client system may use their scopes in production; their answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.apis.models import Scope
from onboarding.audit.models import Event
from onboarding.audit.services import record
from onboarding.clients.models import Consent
from onboarding.clients.queries import consents as queries
from onboarding.clients.rules import consents as rules
from onboarding.clients.rules.access import check_unanswered
from onboarding.clients.services.configurations import person
from onboarding.clients.states import DECISIONS, Access, Decision
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.notices.services import notify
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import recipients
from onboarding.systems.models import ClientSystem, Revision


@transaction.atomic
def ask(*, revision_id: UUID, by: Actor, at: datetime) -> list[Consent]:
    """Ask every owner who has not been asked for a scope of the version, or said no a while ago.

    They are told. Raises NotPermitted, and NotPossibleNow where there is nobody to ask.
    """
    revision = Revision.objects.select_related("system").get(pk=revision_id)
    # Its row is the lock: of two who ask at once the second finds nobody left to ask.
    system = ClientSystem.objects.select_for_update(of=("self",)).get(pk=revision.system_id)
    rules.check_ask(by, system)
    # And theirs, so that nobody is asked again who is changing his mind at this moment.
    list(Consent.objects.select_for_update(of=("self",)).filter(system=system))
    known = queries.answers(revision)
    wanted = [
        scope for scope in queries.guarded(revision) if rules.may_be_asked(known.get(scope.pk), at)
    ]
    if not wanted:
        raise NotPossibleNow(_("Alle som eier scopene, er spurt."))
    return [_ask(scope, system, by, at) for scope in wanted]


@transaction.atomic
def decide(
    decision: Decision,
    *,
    consent_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    seen: str | None = None,
) -> Consent:
    """Answer for a scope's owner, for the first time or anew; the supplier is told.

    `seen` is the Access that was on the page: of two owners who answer at once the second is told
    of the first. Raises NotPermitted, NotPossibleNow, and Invalid for a no without a reason.
    """
    # Not `decided_by`: what a lock waited for shows in the locked row only, not in its joins.
    rows = Consent.objects.select_for_update(of=("self",))
    consent = rows.select_related("scope__api__organization", "system").get(pk=consent_id)
    check_unanswered(consent, seen)
    rules.check(decision, consent, by)
    if decision is Decision.DECLINE and not reason:
        raise Invalid(_("Skriv hvorfor. Den som ba om tilgang, ser begrunnelsen."), field="reason")
    consent.access = DECISIONS[decision].target
    consent.decided_at, consent.decided_by_id = at, person(by)
    consent.reason = reason if decision is Decision.DECLINE else ""
    consent.save(update_fields=["access", "decided_at", "decided_by", "reason"])
    is_yes = decision is Decision.APPROVE
    event = _record("consent.approve" if is_yes else "consent.decline", consent, by, at)
    _tell_supplier(consent, event)
    return consent


def _ask(scope: Scope, system: ClientSystem, by: Actor, at: datetime) -> Consent:
    consent, _created = Consent.objects.update_or_create(
        system=system,
        scope=scope,
        defaults={
            "access": Access.PENDING,
            "asked_at": at,
            "asked_by_id": person(by),
            "decided_at": None,
            "decided_by_id": None,
            "reason": "",
        },
    )
    _tell_owner(consent, _record("consent.ask", consent, by, at))
    return consent


def _tell_owner(consent: Consent, event: Event) -> None:
    owner, environment = consent.scope.api.organization, consent.scope.environment
    words = {"name": consent.system.organization.name, "scope": consent.scope.name}
    notify(
        users=recipients.writers_of(owner.pk, environment),
        kind=event.kind,
        subject=lambda: _("%(name)s ber om %(scope)s i produksjon") % words,
        text=lambda: _("De kan ikke sende inn systemet sitt til gjennomgang før dere har svart."),
        url=reverse("clients:requests", args=[environment, owner.number]),
        dedupe_key=f"consent:{consent.pk}:{event.seq}",
        at=event.occurred_at,
    )


def _tell_supplier(consent: Consent, event: Event) -> None:
    words = {"owner": consent.scope.api.organization.name, "scope": consent.scope.name}
    is_yes = consent.access == Access.OK

    def subject() -> str:
        said = (
            _("%(owner)s sier ja til %(scope)s i produksjon")
            if is_yes
            else _("%(owner)s sier nei til %(scope)s i produksjon")
        )
        return said % words

    def text() -> str:
        return consent.reason or _("Siden «Klar for produksjon?» viser hva som gjenstår.")

    system = consent.system
    notify(
        users=recipients.writers_of(system.organization_id, system.environment),
        kind=event.kind,
        subject=subject,
        text=text,
        url=reverse("system", args=[system.environment, system.organization.number, system.pk]),
        dedupe_key=f"consent:{consent.pk}:{event.seq}",
        at=event.occurred_at,
    )


def _record(kind: str, consent: Consent, by: Actor, at: datetime) -> Event:
    return record(
        kind,
        subject=consent,
        actor=by.name,
        at=at,
        organization_id=consent.scope.api.organization_id,
        environment=consent.scope.environment,
        scope=consent.scope.name,
        system=consent.system.name,
    )
