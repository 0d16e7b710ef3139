"""Handing work over by a link: made once, used once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.suppliers import tokens
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import HandOver
from onboarding.suppliers.queries.people import administrators_anywhere
from onboarding.suppliers.rules import handovers as rules
from onboarding.suppliers.states import Errand


class Handed(NamedTuple):
    """A hand-over and the token of its link, which is known here and now only."""

    handover: HandOver
    token: str


@transaction.atomic
def create(
    *,
    errand: Errand,
    path: str,
    organization_id: int,
    environment: str,
    by: Actor,
    at: datetime,
    ends_at: datetime | None = None,
) -> Handed:
    """Make a link that leads whoever may do `errand` for the organisation to `path`, once.

    `path` is a path of this site, from `reverse`; the link ends after a week unless said
    otherwise. Raises NotPermitted, NotPossibleNow after too many in a day, ValueError for an
    address of another site.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("a hand-over leads to a page of this site")
    rules.check_make(errand, by, organization_id)
    recent = HandOver.objects.filter(created_by=by.user_id, created_at__gt=at - timedelta(days=1))
    rules.check_pace(recent.count())
    token = tokens.new()
    handover = HandOver.objects.create(
        token_hash=tokens.digest(token),
        errand=errand,
        organization_id=organization_id,
        environment=environment,
        path=path,
        created_at=at,
        created_by_id=by.user_id or 0,
        ends_at=ends_at or at + rules.LIFETIME,
    )
    _record("handover.made", handover, by, at)
    return Handed(handover, token)


@transaction.atomic
def use(*, handover_id: UUID, by: Actor, at: datetime) -> HandOver:
    """Use a link up and return where it leads. Who may not go there uses nothing up.

    Raises Gone for a link that is used or over, NotPermitted with what is missing.
    """
    handover = (
        HandOver.objects.select_for_update(of=("self",))
        .select_related("created_by")
        .get(pk=handover_id)
    )
    rules.check_standing(handover, at)
    people = get_text_list(administrators_anywhere(handover.organization_id), _("eller"))
    rules.check_follow(handover, by, people)
    handover.used_at, handover.used_by_id = at, by.user_id
    handover.save(update_fields=["used_at", "used_by"])
    _record("handover.used", handover, by, at)
    return handover


def _record(kind: str, handover: HandOver, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=handover,
        actor=by.name,
        at=at,
        organization_id=handover.organization_id,
        environment=handover.environment,
        errand=handover.errand,
    )
