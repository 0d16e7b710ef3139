"""What is done about a supplier's approval: applied for, decided, suspended, ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.environments import Environment
from onboarding.core.formats import clock
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization, Supplier, SupplierStep
from onboarding.suppliers.queries.approval import history, hit_by_stopping, supplier_of
from onboarding.suppliers.rules import approval as rules
from onboarding.suppliers.services import telling
from onboarding.suppliers.states import STEPS, STOPPED, Act, Party


@transaction.atomic
def take_step(
    *, organization_id: int, act: Act, reason: str, seen: int, by: Actor, at: datetime
) -> Supplier:
    """Apply for approval, or decide about it, and tell everyone concerned.

    `seen` is how many steps the person had in front of him: whoever decided on less than is
    there now is told of what came first (NotPossibleNow), and nothing happens twice.
    Raises NotPermitted, NotPossibleNow, and Invalid for a decision without a reason.
    From a suspension or an end on, the token endpoint refuses production clients made from the
    supplier's systems: it looks at each request.
    """
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    supplier = supplier_of(organization_id)
    rules.check_party(act, by, organization_id)
    _check_seen(supplier, seen)
    rules.check(act, by, organization_id, supplier.state)
    reason = reason.strip()
    if STEPS[act].party == Party.OPERATOR and not reason:
        raise Invalid(_("Forventet en begrunnelse. Feltet er tomt."), field="reason")
    step = _write(supplier, act, reason, by, at)
    record(
        f"supplier.{act}",
        subject=supplier,
        actor=by.name,
        at=at,
        organization_id=organization_id,
        environment=Environment.PRODUCTION,
        source=step.source,
        target=step.target,
        reason=reason,
    )
    _tell(organization, step, at)
    return supplier


def _check_seen(supplier: Supplier, seen: int) -> None:
    if supplier.steps == seen:
        return
    last = history(supplier)[0]
    raise NotPossibleNow(
        _(
            "%(person)s kom deg i forkjøpet kl. %(time)s, så det du trykket på, er ikke gjort. "
            "Under ser du hvordan det er nå."
        )
        % {"person": last.by.name, "time": clock(last.at)}
    )


def _write(supplier: Supplier, act: Act, reason: str, by: Actor, at: datetime) -> SupplierStep:
    source = supplier.state
    supplier.state, supplier.since = STEPS[act].target, at
    supplier.steps += 1
    supplier.save()
    return SupplierStep.objects.create(
        supplier=supplier,
        number=supplier.steps,
        act=act,
        source=source,
        target=supplier.state,
        reason=reason,
        at=at,
        by_id=by.user_id or 0,
    )


def _tell(organization: Organization, step: SupplierStep, at: datetime) -> None:
    if STEPS[Act(step.act)].party == Party.ORGANIZATION:
        telling.operators_of_step(organization, step, at)
        return
    telling.supplier_of_step(organization, step, at)
    if step.target in STOPPED or step.source in STOPPED:
        customers = hit_by_stopping(organization.pk).customers
        telling.customers_of_step(organization, step, customers, at)
