"""Terms of use for the operators: drafts, publishing, and who has signed."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.forms.terms import PublishTerms, WriteTerms, initial_of
from onboarding.suppliers.models import Terms
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.queries.texts import example
from onboarding.suppliers.requests import PortalRequest
from onboarding.suppliers.services import terms as services
from onboarding.suppliers.views.desk import check_operator
from onboarding.suppliers.views.terms import language_read


@require_safe
def versions(request: PortalRequest) -> HttpResponse:
    """List the versions of the terms, drafts first."""
    check_operator(request)
    rows = Terms.objects.visible_to(request.actor).select_related("created_by")
    now = timezone.now()
    context = {
        "rows": sorted(rows, key=_newest, reverse=True),
        "current": queries.current(now),
        "now": now,
    }
    return render(request, "suppliers/terms/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Begin a draft, from the newest version or from the example that comes along."""
    check_operator(request)
    before = queries.latest()
    initial = {**initial_of(before), "version": "", "seen": 0} if before else example()
    return _write(request, WriteTerms(sent(request), initial=initial), None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change a draft."""
    check_operator(request)
    terms = get_object_or_404(Terms.objects.visible_to(request.actor), pk=pk)
    return _write(request, WriteTerms(sent(request), initial=initial_of(terms)), terms)


@require_safe
def version(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Show a version: its text, and how its campaign stands."""
    check_operator(request)
    terms = get_object_or_404(Terms.objects.visible_to(request.actor), pk=pk)
    campaign = queries.campaign(terms) if terms.published_at else []
    context = {
        "terms": terms,
        "paragraphs": terms.paragraphs(language_read()),
        "duties": terms.duties.order_by("section"),
        "campaign": campaign,
        "signed": sum(each.acceptance is not None for each in campaign),
        "now": timezone.now(),
    }
    return render(request, "suppliers/terms/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask from when a draft applies, and publish it."""
    check_operator(request)
    terms = get_object_or_404(Terms.objects.visible_to(request.actor), pk=pk)
    form = PublishTerms(sent(request), initial={"seen": terms.edits})
    act = partial(services.publish, terms_id=pk, by=request.actor, at=timezone.now())
    if attempt(form, act) is None:
        context = {"terms": terms, "form": form, "count": queries.campaigned().count()}
        return render(request, "suppliers/terms/publish.html", context, status=status(form))
    messages.success(request, _("Versjonen er publisert, og de det gjelder, er varslet."))
    return redirect("suppliers:terms_version", pk)


def _newest(terms: Terms) -> tuple[bool, datetime]:
    """Drafts come first, then what applies last."""
    return terms.published_at is None, terms.valid_from or terms.created_at


def _write(request: PortalRequest, form: WriteTerms, terms: Terms | None) -> HttpResponse:
    def act(seen: int, **_given: object) -> Terms:
        given = {"wording": form.wording(), "by": request.actor, "at": timezone.now()}
        if terms is None:
            return services.draft(**given)  # type: ignore[arg-type]  # as they are named
        return services.edit(terms_id=terms.pk, seen=seen, **given)  # type: ignore[arg-type]

    saved = attempt(form, act)
    if saved is None:
        context = {"form": form, "terms": terms}
        return render(request, "suppliers/terms/write.html", context, status=status(form))
    messages.success(request, _("Kladden er lagret."))
    return redirect("suppliers:terms_version", saved.pk)
