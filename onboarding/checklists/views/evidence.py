"""The evidence of a client system's current version, and of an API."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onboarding.apis.models import Api
from onboarding.checklists import forms, rules, services
from onboarding.checklists.models import Subject, SubjectQuerySet
from onboarding.checklists.queries import evaluation, subjects, versions
from onboarding.checklists.queries.overview import overview
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import token_life as lives
from onboarding.clients.states import TokenLife
from onboarding.core.forms import attempt, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.systems import queries as systems
from onboarding.systems.models import ClientSystem, Revision


@require_safe
def system(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show how the current version stands, by what its clients in test have done."""
    return _system_page(request, *_current(request, pk))


@require_POST
def clients(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Name the clients that the version is judged by; it is taken up with the first ones."""
    shown, revision = _current(request, pk)
    rules.check_write(Right.SYSTEMS, request.actor, shown.organization_id, shown.environment)
    now = timezone.now()
    form = forms.ChooseClients(request.POST, candidates=subjects.candidates(revision))
    if form.is_valid():
        subject = services.take_up(revision_id=revision.pk, by=request.actor, at=now)
        attempt(
            form,
            lambda clients: services.name_clients(
                subject_id=subject.pk, client_ids=map(UUID, clients), by=request.actor, at=now
            ),
        )
    if form.errors:
        return _system_page(request, shown, revision, choose=form)
    messages.success(request, _("Målingen går. Kjør programvaren i test, så fylles siden ut."))
    return redirect("evidence:system", request.environment, request.organization.number, pk)


@require_POST
def period(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Begin a new evidence period for a version of the supplier's software."""
    shown, revision = _current(request, pk)
    rules.check_write(Right.SYSTEMS, request.actor, shown.organization_id, shown.environment)
    subject = get_object_or_404(_subjects(request), revision=revision)
    form = forms.BeginPeriod(request.POST)
    begun = attempt(
        form,
        lambda **data: services.begin_period(
            subject_id=subject.pk, by=request.actor, at=timezone.now(), **data
        ),
    )
    if not begun:
        return _system_page(request, shown, revision, begin=form)
    messages.success(request, _("En ny måleperiode er begynt. Trafikken fra nå av teller."))
    return redirect("evidence:system", request.environment, request.organization.number, pk)


@require_POST
def token_life(request: TenantRequest, pk: UUID, client_id: UUID) -> HttpResponse:
    """Let the tokens of an evidence client live for a minute, or as long as others do."""
    _current(request, pk)
    found = ClientConfiguration.objects.visible_to(request.actor)
    client = get_object_or_404(found.filter(revision__system=pk), pk=client_id)
    is_short = client.token_life == TokenLife.SHORT
    lives.choose(
        client_id=client.pk,
        seconds=TokenLife.USUAL if is_short else TokenLife.SHORT,
        by=request.actor,
        at=timezone.now(),
    )
    return redirect("evidence:system", request.environment, request.organization.number, pk)


@require_safe
def api(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show how an API stands."""
    shown = _api(request, pk)
    subject = _subjects(request).filter(api=shown).first()
    return render(
        request, "checklists/api.html", {"api": shown} | _standing(request, subject, is_api=True)
    )


@require_POST
def begin(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take an API up, so that material can be added and a case can be made of it."""
    shown = _api(request, pk)
    services.take_up(api_id=shown.pk, by=request.actor, at=timezone.now())
    return redirect("evidence:api", request.environment, request.organization.number, pk)


def _system_page(
    request: TenantRequest,
    shown: ClientSystem,
    revision: Revision,
    choose: forms.ChooseClients | None = None,
    begin: forms.BeginPeriod | None = None,
) -> HttpResponse:
    subject = _subjects(request).filter(revision=revision).first()
    candidates = subjects.candidates(revision)
    named = subjects.named_clients(subject) if subject else []
    chosen = {"clients": [str(client.pk) for client in named]}
    context = {
        "system": shown,
        "revision": revision,
        "draft": systems.draft(shown),
        "tab": "production",
        "candidates": candidates,
        "named": named,
        "short": TokenLife.SHORT,
        "choose": choose or forms.ChooseClients(initial=chosen, candidates=candidates),
        "begin": begin or forms.BeginPeriod(),
    } | _standing(request, subject)
    failed = choose or begin
    code = status(failed) if failed else 200
    return render(request, "checklists/system.html", context, status=code)


def _standing(
    request: TenantRequest, subject: Subject | None, *, is_api: bool = False
) -> dict[str, object]:
    """What both pages show: the items as they stand now, and who may do something."""
    version, now = versions.current_version(), timezone.now()
    here = (request.organization.pk, request.environment)
    right = Right.APIS if is_api else Right.SYSTEMS
    shown = None
    if subject and version:
        found = evaluation.evaluate(subject, version, answers={}, judgements={}, at=now)
        shown = overview(found)
    return {
        "subject": subject,
        "version": version,
        "overview": shown,
        "period": subjects.period_view(subject, now) if subject else None,
        "may_write": rules.may_write(right, request.actor, *here),
        "read_only": why_read_only(request.actor, *here, right),
    }


def _current(request: TenantRequest, pk: UUID) -> tuple[ClientSystem, Revision]:
    """Return a client system with its current version; 404 before the first is published."""
    mine = ClientSystem.objects.visible_to(request.actor)
    shown = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    published = Revision.objects.visible_to(request.actor).filter(published_at__isnull=False)
    newest = published.filter(system=shown).select_related("system").order_by("-number").first()
    if newest is None:
        raise Http404
    return shown, newest


def _api(request: TenantRequest, pk: UUID) -> Api:
    mine = Api.objects.visible_to(request.actor)
    return get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)


def _subjects(request: TenantRequest) -> SubjectQuerySet:
    mine = Subject.objects.visible_to(request.actor).select_related("revision__system", "api")
    return mine.of(request.environment, request.organization.pk)
