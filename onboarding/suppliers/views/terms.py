"""Terms of use for an organisation: the text, the yes, the receipts."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.forms.terms import Accept
from onboarding.suppliers.models import LANGUAGES, Acceptance, Terms
from onboarding.suppliers.queries import administrators_anywhere, receipts
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.rules import terms as rules
from onboarding.suppliers.services.terms import accept as accept_terms
from onboarding.suppliers.views.gates import reachable_before_production


@reachable_before_production
@require_safe
def own(request: TenantRequest) -> HttpResponse:
    """Show which version applies and which comes, what has been accepted, and who can."""
    return _page(request, "suppliers/terms/own.html", timezone.now())


@reachable_before_production
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show the whole text of a version, and the form to who may accept; accept it on POST."""
    organization, now = request.organization, timezone.now()
    terms = get_object_or_404(Terms.objects.visible_to(request.actor).published(), pk=pk)
    may_bind = rules.may_bind(request.actor, organization.pk)
    language = language_read()
    initial = {"terms_id": pk, "language": language, "sha256": terms.sha256(language)}
    form = Accept(sent(request), initial=initial)
    act = partial(accept_terms, organization_id=organization.pk, by=request.actor, at=now)
    acceptance = attempt(form, act)
    if acceptance is None:
        context = {
            "terms": terms,
            "paragraphs": terms.paragraphs(language),
            "duties": terms.duties.order_by("section"),
            "form": form,
            "may_accept": may_bind and terms in queries.acceptable(now),
            **_who(organization.pk),
        }
        return render(request, "suppliers/terms/accept.html", context, status=status(form))
    messages.success(
        request,
        _("Bruksvilkårene %(version)s er godtatt for %(name)s.")
        % {"version": acceptance.terms.version, "name": organization.name},
    )
    return redirect("terms:own", request.environment, organization.number)


@reachable_before_production
@require_safe
def receipt(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Give the receipt of an acceptance as PDF."""
    rows = Acceptance.objects.visible_to(request.actor).select_related("terms", "organization")
    found = get_object_or_404(rows, pk=pk, organization=request.organization)
    response = HttpResponse(receipts.receipt(found), content_type="application/pdf")
    name = f"bruksvilkar-{found.terms.version}-{request.organization.number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: TenantRequest, template: str, now: datetime) -> HttpResponse:
    organization_id = request.organization.pk
    accepted = list(queries.acceptances(organization_id))
    done = {row.terms_id: row for row in accepted}
    current = queries.current(now)
    shown = current or queries.latest()
    context = {
        "current": current,
        "current_acceptance": done.get(current.pk) if current else None,
        "to_come": [(each, done.get(each.pk)) for each in queries.to_come(now)],
        "accepted": accepted,
        "terms": shown,
        "paragraphs": shown.paragraphs(language_read()) if shown else [],
        "duties": shown.duties.order_by("section") if shown else [],
        "may_bind": rules.may_bind(request.actor, organization_id),
        **_who(organization_id),
    }
    return render(request, template, context)


def _who(organization_id: int) -> dict[str, str]:
    """Those who can accept, and those who can say who they are."""
    return {
        "signatories": get_text_list(queries.signatories(organization_id), _("eller")),
        "administrators": get_text_list(administrators_anywhere(organization_id), _("eller")),
    }


def language_read() -> str:
    """Return the language in which this page shows the text."""
    language = get_language() or ""
    return language if language in LANGUAGES else LANGUAGES[0]
