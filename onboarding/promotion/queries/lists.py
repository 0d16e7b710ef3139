"""What a case can be begun for."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from onboarding.apis.models import Api
from onboarding.core.environments import Environment
from onboarding.promotion.models import Case
from onboarding.promotion.states import OPEN
from onboarding.systems.models import ClientSystem

SHOWN = 25


def ready_systems(organization_id: int) -> list[ClientSystem]:
    """Return client systems in test that have a version and no open case, newest first."""
    mine = ClientSystem.objects.of(Environment.TEST, organization_id)
    cases = Case.objects.filter(system=OuterRef("pk"), status__in=OPEN)
    ready = mine.filter(~Exists(cases), current__isnull=False)
    return list(ready.select_related("current").order_by("-created_at", "-pk")[:SHOWN])


def ready_apis(organization_id: int) -> list[Api]:
    """Return APIs in test that have a scope and no open case, newest first."""
    mine = Api.objects.published(Environment.TEST).filter(organization=organization_id)
    cases = Case.objects.filter(api=OuterRef("pk"), status__in=OPEN)
    return list(mine.filter(~Exists(cases)).order_by("-created_at", "-pk")[:SHOWN])
