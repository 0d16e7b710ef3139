"""One item of a subject, with the files and links that the supplier shows for it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onboarding.checklists import forms, reading, rules
from onboarding.checklists.models import Material, MaterialQuerySet, Subject
from onboarding.checklists.queries import evaluation, versions
from onboarding.checklists.queries.overview import counted, described, line
from onboarding.checklists.services import materials
from onboarding.core.forms import attempt, status
from onboarding.suppliers.requests import TenantRequest
from onboarding.traffic.models import Trace, TraceQuerySet

# Both forms stand on one page, and ask for a title each.
FILE, LINK = "file_%s", "link_%s"


@require_safe
def item(request: TenantRequest, pk: UUID, key: str) -> HttpResponse:
    """Show one item: what it asks, how it stands and why, and what is shown for it."""
    return _page(request, _subject(request, pk), key)


@require_POST
def add_file(request: TenantRequest, pk: UUID, key: str) -> HttpResponse:
    subject = _subject(request, pk)
    rules.check_subject(subject, request.actor)
    form = forms.AddFile(request.POST, request.FILES, auto_id=FILE)
    added = attempt(
        form,
        lambda title, file: materials.add_file(
            subject_id=subject.pk,
            item_key=_key(subject, key),
            title=title,
            content=file.read(),
            by=request.actor,
            at=timezone.now(),
        ),
    )
    return _added(request, subject, key) if added else _page(request, subject, key, file=form)


@require_POST
def add_link(request: TenantRequest, pk: UUID, key: str) -> HttpResponse:
    subject = _subject(request, pk)
    rules.check_subject(subject, request.actor)
    form = forms.AddLink(request.POST, auto_id=LINK)
    added = attempt(
        form,
        lambda title, url: materials.add_link(
            subject_id=subject.pk,
            item_key=_key(subject, key),
            title=title,
            url=url,
            by=request.actor,
            at=timezone.now(),
        ),
    )
    return _added(request, subject, key) if added else _page(request, subject, key, link=form)


@require_safe
def download(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Hand a file out, as a download and never as a page of ours."""
    material = get_object_or_404(_materials(request).exclude(stored_as=""), pk=pk)
    try:
        content = materials.content_of(material)
    except FileNotFoundError as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type=material.media_type)
    name = reading.file_name(material.title, material.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def withdraw(request: TenantRequest, pk: UUID) -> HttpResponse:
    material = get_object_or_404(_materials(request), pk=pk)
    materials.withdraw(material_id=material.pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Vedlegget er trukket tilbake."))
    where = (request.environment, request.organization.number, material.subject_id)
    return redirect("evidence:item", *where, material.item_key)


def _page(
    request: TenantRequest,
    subject: Subject,
    key: str,
    file: forms.AddFile | None = None,
    link: forms.AddLink | None = None,
) -> HttpResponse:
    version, now = versions.current_version(), timezone.now()
    if version is None:
        raise Http404
    found = evaluation.evaluate(subject, version, answers={}, judgements={}, at=now)
    result = next((each for each in found if each.item.key == key), None)
    if result is None:
        raise Http404
    mine = _materials(request).filter(subject=subject, item_key=key)
    failed, traces = file or link, _traces(request, result)
    context = {
        "subject": subject,
        "line": line(result),
        "about": described(result.item.spec),
        "counts": counted(result.counts),
        "traces": traces,
        "seen_of": list({trace.client_id: trace.client for trace in traces}.values()),
        "materials": mine.select_related("added_by").order_by("added_at", "pk"),
        "may_write": rules.may_write_for(subject, request.actor),
        "file": file or forms.AddFile(auto_id=FILE),
        "link": link or forms.AddLink(auto_id=LINK),
        "failed": failed,
    }
    code = status(failed) if failed else 200
    return render(request, "checklists/item.html", context, status=code)


def _traces(request: TenantRequest, result: evaluation.ItemResult) -> TraceQuerySet:
    """The requests behind a result, newest first; what has been deleted since is not there."""
    mine = Trace.objects.visible_to(request.actor).filter(pk__in=result.rows)
    return mine.select_related("client").order_by("-at", "-id")


def _added(request: TenantRequest, subject: Subject, key: str) -> HttpResponse:
    messages.success(request, _("Lagt ved."))
    where = (request.environment, request.organization.number, subject.pk)
    return redirect("evidence:item", *where, key)


def _key(subject: Subject, key: str) -> str:
    """Return the key of an item that applies to the subject; 404 for any other."""
    version = versions.current_version()
    applies = evaluation.applicable(version, subject) if version else []
    if key not in {item.key for item in applies}:
        raise Http404
    return key


def _subject(request: TenantRequest, pk: UUID) -> Subject:
    mine = Subject.objects.visible_to(request.actor).select_related("revision__system", "api")
    return get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)


def _materials(request: TenantRequest) -> MaterialQuerySet:
    mine = Material.objects.visible_to(request.actor)
    return mine.of(request.environment, request.organization.pk)
