"""The checklist for whoever wants to read it, and its draft for operators."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.checklists import rules
from onboarding.checklists.forms import EditItem
from onboarding.checklists.forms.items import FIRST_FIELD, initial_of
from onboarding.checklists.models import ChecklistVersion, Item
from onboarding.checklists.queries import versions
from onboarding.checklists.queries.overview import described
from onboarding.checklists.services import versions as services
from onboarding.core.forms import put_on, sent, status
from onboarding.core.refusals import Invalid
from onboarding.suppliers.requests import PortalRequest


@require_safe
@login_not_required
def index(request: PortalRequest) -> HttpResponse:
    """List the published versions, newest first; operators see the draft as well."""
    may_edit = rules.may_edit(request.actor)
    context = {
        "versions": ChecklistVersion.objects.published().order_by("-number"),
        "draft": versions.draft() if may_edit else None,
        "may_edit": may_edit,
    }
    return render(request, "checklists/index.html", context)


@require_safe
@login_not_required
def version(request: PortalRequest, number: int) -> HttpResponse:
    """Show a published version with every item."""
    shown = get_object_or_404(ChecklistVersion.objects.published(), number=number)
    context = {
        "version": shown,
        "groups": [
            (group, [described(item.spec) for item in items])
            for group, items in versions.groups(shown)
        ],
    }
    return render(request, "checklists/version.html", context)


@require_POST
def begin(request: PortalRequest) -> HttpResponse:
    services.begin_draft(by=request.actor, at=timezone.now())
    return redirect("checklists:draft")


@require_safe
def draft(request: PortalRequest) -> HttpResponse:
    """Show the draft: its items, and what it changes."""
    shown = _draft(request)
    context = {
        "version": shown,
        "groups": versions.groups(shown),
        "changes": versions.changes(shown),
        "last": versions.current_version(),
    }
    return render(request, "checklists/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PortalRequest, key: str) -> HttpResponse:
    """Change one item of the draft."""
    item = versions.item(_draft(request), key)
    if item is None:
        raise Http404
    initial = initial_of(item.block) | {"seen": services.fingerprint(item)}
    return _edit(request, EditItem(sent(request), initial=initial), item)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Add an item to the draft."""
    _draft(request)
    return _edit(request, EditItem(sent(request)), None)


@require_POST
def remove(request: PortalRequest, key: str) -> HttpResponse:
    services.remove_item(key=key, by=request.actor, at=timezone.now())
    messages.success(request, _("%(key)s er tatt ut av kladden.") % {"key": key})
    return redirect("checklists:draft")


@require_POST
def publish(request: PortalRequest) -> HttpResponse:
    published = services.publish(by=request.actor, at=timezone.now())
    text = _("Versjon %(number)d er publisert. Nye saker bruker den.")
    messages.success(request, text % {"number": published.number})
    return redirect("checklists:version", published.number)


@require_POST
def discard(request: PortalRequest) -> HttpResponse:
    services.discard_draft(by=request.actor, at=timezone.now())
    messages.success(request, _("Kladden er forkastet."))
    return redirect("checklists:index")


def _edit(request: PortalRequest, form: EditItem, item: Item | None) -> HttpResponse:
    if form.is_valid():
        block = form.block() | ({"id": item.key} if item else {})
        seen = form.cleaned_data["seen"]
        try:
            saved = services.save_item(block=block, by=request.actor, at=timezone.now(), seen=seen)
        except Invalid as refusal:
            field = FIRST_FIELD.get(refusal.field, refusal.field)
            put_on(form, Invalid(str(refusal), field=field))
        except services.Stale as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("%(key)s er lagret i kladden.") % {"key": saved.key})
            return redirect("checklists:draft")
    return render(
        request, "checklists/edit.html", {"form": form, "item": item}, status=status(form)
    )


def _draft(request: PortalRequest) -> ChecklistVersion:
    """Return the draft, for operators; 404 where there is none."""
    rules.check_edit(request.actor)
    found = versions.draft()
    if found is None:
        raise Http404
    return found
