"""The front page of an organisation, and the gate of an environment that is not open to it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.core.environments import Environment
from onboarding.notices import queries as notices
from onboarding.suppliers import rules
from onboarding.suppliers.queries import rights_held, why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from portal.opening import is_open
from portal.pages import expiring, gate, journey, waiting
from portal.pages.happenings import happenings

NOTICES = 5  # that nobody has opened; all are on the page of notices


@require_safe
def home(request: TenantRequest) -> HttpResponse:
    """Say how things stand: what waits, what runs out, what happened, what comes next."""
    if not is_open(request.environment, request.organization):
        return _gate(request)
    now = timezone.now()
    environment, organization = request.environment, request.organization
    if not (request.actor.sees_all or (organization.pk, environment) in request.actor.represented):
        return _from_the_other_side(request)
    is_member = request.actor.sees_all or (organization.pk, environment) in request.actor.roles
    can_write = request.actor.can_write_for(organization.pk, environment)
    can_act = rules.may(Right.USE, request.actor, organization.pk, environment)
    expiries = expiring.expiring(request, now)
    rows = waiting.waiting(request, expiries, now)
    how_far = journey.seen(request.actor, environment, organization)
    tasks = journey.tasks(how_far, can_write=can_write)
    left = sum(task.state != "ok" for task in tasks) if how_far.is_under_way else 0
    context = {
        "heading": waiting.heading(len(rows), left=left, name=organization.name, can_write=can_act),
        "rows": rows,
        "notices": notices.unread(request.actor)[:NOTICES],
        "expiries": expiries,
        "timeline": expiring.timeline(expiries, now),
        "is_member": is_member,
        "happenings": happenings(request) if is_member else [],
        "tasks": tasks,
        "is_under_way": how_far.is_under_way,
        "can_write": can_write,
        "can_act": can_act,
        "why_read_only": rights_held(request.actor, organization.pk, environment)
        or why_read_only(request.actor, organization.pk, environment),
    }
    return render(request, "home.html", context)


# Read by the middleware: those who are at home in the other environment may come as far as this.
home.is_gate = True  # type: ignore[attr-defined]  # a mark on a function


def _from_the_other_side(request: TenantRequest) -> HttpResponse:
    """Show the gate of production to who is at home in test; nobody else knows of the page."""
    at_home = (request.organization.pk, Environment.TEST) in request.actor.represented
    if request.environment == Environment.PRODUCTION and at_home:
        return _gate(request)
    raise Http404


def _gate(request: TenantRequest) -> HttpResponse:
    found = gate.requirements(request)
    context = {
        "requirements": found,
        "met": sum(map(gate.is_met, found)),
        "total": len(found),
        "test": Environment.TEST,
    }
    return render(request, "gate.html", context)
