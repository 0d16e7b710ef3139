"""The error catalogue, for everyone: a list to search, and a page for each code.

And «why was I refused?», for the people of one organisation: of what they paste, and of what the
server remembers.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.clients.models import ClientConfiguration
from onboarding.core.forms import sent
from onboarding.diagnosis import catalogue
from onboarding.diagnosis.catalogue.links import links
from onboarding.diagnosis.forms import Paste
from onboarding.diagnosis.queries.asking import Asker
from onboarding.diagnosis.queries.explaining import diagnose
from onboarding.diagnosis.queries.traced import explain_trace
from onboarding.jose.checks import printable
from onboarding.keys.advice import WORDS
from onboarding.smoketests.advice import ADVICE
from onboarding.suppliers.requests import TenantRequest
from onboarding.traffic.models import Trace


@login_not_required
@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    return _list(request, request.GET.get("q", ""))


@login_not_required
@require_safe
def error(request: HttpRequest, code: str) -> HttpResponse:
    entry = catalogue.find(code)
    if entry is None:
        return _list(request, "", unknown=code)
    if entry.code != code:
        return redirect("diagnosis:error", entry.code)
    told = ADVICE.get(code)
    context = {
        "entry": entry,
        "group": catalogue.group_of(entry),
        "links": links(entry.origin),
        "expected": WORDS[code].expected if code in WORDS else "",
        "in_test": told.fix if told and told.fix not in entry.fixes else "",
        "related": catalogue.related(entry),
    }
    return render(request, "diagnosis/error.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: TenantRequest) -> HttpResponse:
    """Explain what was pasted; it lives as long as this call, and stands in no log."""
    form = Paste(sent(request))
    context: dict[str, object] = {"form": form}
    is_asked = form.is_bound
    if is_asked and form.is_valid():
        asker = Asker(request.actor, request.environment, request.organization.pk, timezone.now())
        context["diagnosis"] = diagnose(form.cleaned_data["pasted"], asker)
        context["form"] = Paste()
        is_asked = False
    return render(request, "diagnosis/why.html", context, status=422 if is_asked else 200)


@never_cache
@require_safe
def trace(request: TenantRequest, pk: UUID, trace: UUID) -> HttpResponse:
    """Explain a request that left a trace, to the people of the client that it speaks of."""
    clients = ClientConfiguration.objects.visible_to(request.actor)
    here = clients.at(request.environment, request.organization.pk).filter(pk=pk)
    traces = Trace.objects.visible_to(request.actor).filter(client__in=here)
    found = get_object_or_404(traces.select_related("client__organization"), pk=trace)
    explained = explain_trace(
        found, request.actor, organization_id=request.organization.pk, at=timezone.now()
    )
    return render(request, "diagnosis/trace.html", {"explained": explained, "trace": found})


def _list(request: HttpRequest, text: str, *, unknown: str = "") -> HttpResponse:
    """The list; `unknown` is a code that has no page, which makes it a 404."""
    text = text.strip()[: catalogue.LONGEST_SEARCH]
    context: dict[str, object] = {"text": text, "unknown": printable(unknown)}
    if text:
        context["found"] = catalogue.search(text)
    else:
        entries = catalogue.ENTRIES.values()
        context["groups"] = [
            (group, [entry for entry in entries if entry.group == group.name])
            for group in catalogue.GROUPS
        ]
    template = "diagnosis/errors.html"
    if request.headers.get("HX-Request") and not unknown:
        template += "#found"
    return render(request, template, context, status=404 if unknown else 200)
