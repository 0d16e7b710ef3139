"""Asking for API checks: now, or every night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.audit.services import record
from onboarding.core.jobs import OPEN
from onboarding.core.nudges import nudge
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.models import Organization
from onboarding.testtokens import night, queries, rules
from onboarding.testtokens.catalogue import VERSION
from onboarding.testtokens.journey import battery
from onboarding.testtokens.models import Check, Nightly

AN_HOUR: Final = timedelta(hours=1)


@transaction.atomic
def start(*, api_id: UUID, by: Actor, at: datetime, is_scheduled: bool = False) -> Check:
    """Queue a check of an API.

    An organisation has one check under way that people asked for, and ten in an hour; what is
    scheduled waits for its turn instead. Raises NotPermitted, or NotPossibleNow with the reason.
    """
    api = Api.objects.select_for_update(of=("self",)).get(pk=api_id)
    rules.check_start(by, api)
    _check_audience(api)
    # The owner too, so that two of his APIs cannot start at the same time.
    Organization.objects.select_for_update().get(pk=api.organization_id)
    if Check.objects.filter(api=api, status__in=OPEN).exists():
        raise NotPossibleNow(_("En API-sjekk pågår allerede. Vent til den er ferdig."))
    if not is_scheduled:
        _check_pace(api, at)
    check = Check.objects.create(
        api=api,
        battery=VERSION,
        setup_hash=queries.setup_hash(api),
        url=api.test_url,
        total=len(battery(Dpop(api.dpop))),
        is_scheduled=is_scheduled,
        requested_by_id=by.user_id,
        created_at=at,
        queued_at=at,
    )
    _record("api_check.started", api, by, at, check_id=str(check.pk))
    nudge("testtokens.execute", check_id=str(check.pk))
    return check


def _check_audience(api: Api) -> None:
    barred = settings.TEST_TOKENS_BARRED
    rules.check_audience(api, barred=barred, is_ours=api.is_ours)
    rules.check_caller(queries.called(api, barred=barred) is not None)


def _check_pace(api: Api, at: datetime) -> None:
    mine = Check.objects.filter(api__organization_id=api.organization_id, is_scheduled=False)
    if mine.filter(status__in=OPEN).exists():
        raise NotPossibleNow(_("En sjekk av et annet API pågår. Vent til den er ferdig."))
    if mine.filter(created_at__gt=at - AN_HOUR).count() >= rules.CHECKS_AN_HOUR:
        raise NotPossibleNow(
            _("Dere har kjørt ti API-sjekker den siste timen. Prøv igjen om en stund.")
        )


@transaction.atomic
def set_nightly(*, api_id: UUID, wanted: bool, by: Actor, at: datetime) -> None:
    """Have an API checked every night, or no longer. Safe to repeat.

    Raises NotPermitted, or NotPossibleNow for an API that cannot be checked.
    """
    api = Api.objects.select_for_update(of=("self",)).get(pk=api_id)
    if wanted:
        rules.check_start(by, api)
        _check_audience(api)
        made = {"created_at": at, "created_by_id": by.user_id}
        if not Nightly.objects.get_or_create(api=api, defaults=made)[1]:
            return
    else:
        rules.check_write(by, api.organization_id)
        if not Nightly.objects.filter(api=api).delete()[0]:
            return
    _record("api_check.scheduled" if wanted else "api_check.unscheduled", api, by, at)


def start_nightly(*, at: datetime) -> int:
    """Queue what is still missing of the checks of this night; return how many.

    Safe to repeat, and by day it does nothing: each API gets one check a night. An API that cannot
    be checked now is left out, and tried again while the night lasts.
    """
    began = night.began(at)
    if began is None:
        return 0
    started = 0
    for api_id in queries.nightly_left(began):
        try:
            start(api_id=api_id, by=SYSTEM, at=at, is_scheduled=True)
        except Refused:
            continue
        started += 1
    return started


def _record(kind: str, api: Api, by: Actor, at: datetime, **details: str) -> None:
    record(
        kind,
        subject=api,
        actor=by.name,
        at=at,
        organization_id=api.organization_id,
        environment=api.environment,
        **details,
    )
