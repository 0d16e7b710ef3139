"""The last steps of «Ny klientkonfigurasjon»: how the key is made, and the end of the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import configurations
from onboarding.clients.states import KeyWay
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.keys import rules
from onboarding.keys.kinds import KINDS, LIFETIMES
from onboarding.keys.models import Key, KeyPlan
from onboarding.keys.services.making import request_making
from onboarding.keys.services.registration import forget_keys_of_draft
from onboarding.keys.states import Action
from onboarding.suppliers.actors import Actor


@transaction.atomic
def plan_making(
    *, client_id: UUID, kind: str, lifetime_days: int, by: Actor, at: datetime
) -> KeyPlan:
    """Note that the portal shall make the key of a draft once the wizard is finished.

    Not before: the key is tested while it is made, which takes an active client. Takes the place
    of any earlier answer. Raises NotPermitted, NotPossibleNow, Invalid.
    """
    client = _locked(client_id)
    rules.check(Action.SET_UP, client, by)
    if kind not in KINDS or lifetime_days not in LIFETIMES:
        raise Invalid(_("Velg en av nøkkeltypene og levetidene i listen."), field="kind")
    forget_keys_of_draft(client)
    configurations.choose_key(client_id=client_id, way=KeyWay.PORTAL, kind=kind, by=by, at=at)
    return KeyPlan.objects.create(client=client, kind=kind, lifetime_days=lifetime_days)


@transaction.atomic
def finish_setup(
    *, client_id: UUID, recipient: Mapping[str, str] | None, by: Actor, at: datetime
) -> ClientConfiguration:
    """End the wizard: the client becomes active, with its key or with one under way.

    `recipient` is the public half of a key that only this browser has (sealing.read_recipient);
    it is needed when the portal makes the key. All or nothing. Raises NotPermitted,
    NotPossibleNow (a step is not answered, the key has run out meanwhile), Invalid.
    """
    client = _locked(client_id)
    rules.check(Action.SET_UP, client, by)
    plan = KeyPlan.objects.filter(client=client).first()
    if plan is None and not Key.objects.filter(client=client).usable(at).exists():
        raise NotPossibleNow(_("Klienten har ingen nøkkel ennå. Velg hvordan nøkkelparet lages."))
    if plan and recipient is None:
        raise Invalid(
            _(
                "Nettleseren sendte ikke nøkkelen som nøkkelparet skal krypteres med. Den må ha "
                "JavaScript. Prøv igjen, eller velg en annen måte å lage nøkkelparet på."
            )
        )
    finished = configurations.finish(client_id=client_id, by=by, at=at)
    if plan and recipient is not None:
        request_making(
            client_id=client_id,
            kind=plan.kind,
            recipient=recipient,
            lifetime_days=plan.lifetime_days,
            by=by,
            at=at,
        )
        plan.delete()
    return finished


def _locked(client_id: UUID) -> ClientConfiguration:
    clients = ClientConfiguration.objects.select_for_update(of=("self",))
    return clients.select_related("organization").get(pk=client_id)
