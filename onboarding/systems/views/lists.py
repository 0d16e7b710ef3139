"""The organization's client systems, and the pages of one that only show."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core import paging
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.systems import content, forms, queries, rules, services
from onboarding.systems.models import ClientSystem, ClientSystemQuerySet, Revision
from onboarding.systems.states import Step


@require_safe
def systems(request: TenantRequest) -> HttpResponse:
    """List the organization's client systems, newest first, narrowed by a search."""
    form = forms.Search(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    mine = systems_of(request).select_related("current")
    found = mine.filter(name__icontains=text) if text else mine
    page = paging.page(found, request.GET.get("after", ""))
    context = {
        "page": page,
        "pages": paging.links(page, q=text),
        "search": form,
        "text": text,
        "drafts": queries.with_drafts(page.rows),
        "may_write": rules.may_change(request.actor, request.organization.pk, request.environment),
        "read_only": why_read_only(
            request.actor, request.organization.pk, request.environment, Right.SYSTEMS
        ),
    }
    return render(request, "systems/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    rules.check_change(request.actor, request.organization.pk, request.environment)
    form = forms.NewSystem(sent(request))
    system = attempt(
        form,
        lambda **data: services.create_system(
            organization_id=request.organization.pk,
            environment=request.environment,
            by=request.actor,
            at=timezone.now(),
            **data,
        ),
    )
    if system:
        text = _("%(name)s er lagret som kladd. Alt lagres underveis.") % {"name": system}
        messages.success(request, text)
        where = (request.environment, request.organization.number, system.pk)
        return redirect("systems:basics", *where)
    return render(request, "systems/new.html", {"form": form}, status=status(form))


@require_safe
def settings(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what the current version and the draft say about all but scopes."""
    return _tab(request, pk, "settings", (Step.BASICS, Step.AUTHENTICATION))


@require_safe
def scopes(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show which scopes clients get and may choose."""
    return _tab(request, pk, "scopes", (Step.SERVICES,))


@require_safe
def versions(request: TenantRequest, pk: UUID) -> HttpResponse:
    """List the versions, newest first, each with what it changed."""
    system = get_object_or_404(systems_of(request), pk=pk)
    mine = Revision.objects.visible_to(request.actor).filter(system=system)
    shown, older = queries.history(mine, before=_number(request.GET.get("before")))
    context = about_system(request, system) | {"tab": "versions", "versions": shown, "older": older}
    return render(request, "systems/versions.html", context)


@require_safe
def compare(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what differs between two versions, `from` and `to` in the query."""
    system = get_object_or_404(systems_of(request), pk=pk)
    mine = Revision.objects.visible_to(request.actor).filter(system=system)
    numbers = list(mine.order_by("-number").values_list("number", flat=True)[:100])
    last = numbers[0] if numbers else 1
    first_number = _number(request.GET.get("from")) or max(last - 1, 1)
    second_number = _number(request.GET.get("to")) or last
    first = get_object_or_404(queries.with_content(mine), number=first_number)
    second = get_object_or_404(queries.with_content(mine), number=second_number)
    context = about_system(request, system) | {
        "tab": "versions",
        "numbers": numbers,
        "first": first,
        "second": second,
        "changes": content.changes(queries.content(first), queries.content(second)),
    }
    return render(request, "systems/compare.html", context)


def _tab(request: TenantRequest, pk: UUID, tab: str, steps: tuple[Step, ...]) -> HttpResponse:
    system = get_object_or_404(systems_of(request), pk=pk)
    about = about_system(request, system)
    shown = queries.current(system) or queries.draft(system)
    lines = content.facts(queries.content(shown)) if shown else []
    context = about | {
        "tab": tab,
        "revision": shown,
        "facts": [fact for fact in lines if fact.step in steps],
    }
    return render(request, "systems/facts.html", context)


def about_system(request: TenantRequest, system: ClientSystem) -> dict[str, object]:
    return {
        "system": system,
        "draft": queries.draft(system),
        "may_write": rules.may_write(request.actor, system.organization_id, system.environment),
        "read_only": why_read_only(
            request.actor, system.organization_id, system.environment, Right.SYSTEMS
        ),
    }


def systems_of(request: TenantRequest) -> ClientSystemQuerySet:
    systems = ClientSystem.objects.visible_to(request.actor)
    return systems.of(request.environment, request.organization.pk)


def _number(text: str | None) -> int | None:
    """Return a version number from an address bar, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
