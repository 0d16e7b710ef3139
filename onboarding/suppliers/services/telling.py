"""The words in which people are told of what happened to a supplier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.notices.services import notify
from onboarding.suppliers.models import Organization, SupplierStep
from onboarding.suppliers.queries import recipients
from onboarding.suppliers.states import Act


def operators_of_step(organization: Organization, step: SupplierStep, at: datetime) -> None:
    """Tell the platform's operators what an organisation asks of them."""
    name = organization.name

    def subject() -> str:
        if step.act == Act.APPLY:
            return _("%(name)s søker om godkjenning som leverandør") % {"name": name}
        return _("%(name)s har trukket søknaden om godkjenning") % {"name": name}

    def text() -> str:
        asked = _("%(person)s gjorde det.") % {"person": step.by.name}
        return "\n\n".join(part for part in (asked, step.reason) if part)

    notify(
        users=recipients.operators(),
        kind=f"supplier.{step.act}",
        subject=subject,
        text=text,
        url=reverse("suppliers:supplier", args=[organization.number]),
        dedupe_key=_key(step),
        at=at,
    )


def supplier_of_step(organization: Organization, step: SupplierStep, at: datetime) -> None:
    """Tell the supplier's people what was decided, why, and what it means."""
    notify(
        users=recipients.people_of([organization.pk]),
        emails=recipients.addresses_of(organization.pk),
        kind=f"supplier.{step.act}",
        subject=lambda: _subject(step.act) % {"name": organization.name},
        text=lambda: "\n\n".join(
            (_meaning(step.act), _("Begrunnelse: %(reason)s") % {"reason": step.reason})
        ),
        url=reverse("approval:own", args=[Environment.TEST, organization.number]),
        dedupe_key=_key(step),
        at=at,
    )


def customers_of_step(
    organization: Organization, step: SupplierStep, customers: Sequence[int], at: datetime
) -> None:
    """Tell organisations whose production clients stop, or work again. The reason is not theirs."""
    others = [pk for pk in customers if pk != organization.pk]
    resumed = step.act == Act.RESUME

    def subject() -> str:
        words = (
            _("Fagsystemet fra %(name)s får tokener i produksjon igjen")
            if resumed
            else _("Fagsystemet fra %(name)s får ikke nye tokener i produksjon")
        )
        return words % {"name": organization.name}

    def text() -> str:
        words = (
            _("Godkjenningen av %(name)s gjelder igjen. Dere trenger ikke gjøre noe.")
            if resumed
            else _(
                "Godkjenningen av %(name)s som leverandør gjelder ikke lenger. Tokener som er "
                "utstedt, virker til de går ut. Spør leverandøren hva dere gjør i mellomtiden."
            )
        )
        return words % {"name": organization.name}

    notify(
        users=recipients.production_people_of(others),
        kind=f"customer.{step.act}",
        subject=subject,
        text=text,
        dedupe_key=f"{_key(step)}:customer",
        at=at,
    )


def _key(step: SupplierStep) -> str:
    return f"supplier:{step.supplier_id}:{step.number}"


def _subject(act: str) -> str:
    return {
        Act.APPROVE: _("%(name)s er godkjent som leverandør"),
        Act.DECLINE: _("%(name)s er ikke godkjent som leverandør"),
        Act.SUSPEND: _("%(name)s er suspendert i produksjon"),
        Act.RESUME: _("Suspensjonen av %(name)s er opphevet"),
        Act.END: _("Godkjenningen av %(name)s er avsluttet"),
    }[Act(act)]


def _meaning(act: str) -> str:
    stopped = _(
        "Klientene deres i produksjon får ikke nye tokener fra nå av. De som er utstedt, virker "
        "til de går ut. Testmiljøet virker som før."
    )
    return {
        Act.APPROVE: _("Dere kan gå videre mot produksjon. Siden sier hva som gjenstår."),
        Act.DECLINE: _("Dere kan rette det som mangler, og søke på nytt. Test virker som før."),
        Act.SUSPEND: stopped,
        Act.RESUME: _("Klientene deres i produksjon får tokener igjen."),
        Act.END: stopped,
    }[Act(act)]
