"""The last step of the wizard: all answers on one page, and the button that ends it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding.clients import wizard
from onboarding.clients.queries import offers
from onboarding.clients.states import Status
from onboarding.core.forms import attempt, sent, status
from onboarding.keys import queries, rules, services
from onboarding.keys.forms import Finish
from onboarding.keys.states import Action
from onboarding.keys.views.new import address, form_page, get_client, go_on
from onboarding.suppliers.requests import TenantRequest


@form_page
def check(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what was answered; POST ends the wizard."""
    client = get_client(request, pk)
    if client.status != Status.DRAFT or not wizard.is_open(client.step, "check"):
        return go_on(client)
    rules.check(Action.SET_UP, client, request.actor)
    now = timezone.now()
    form = Finish(sent(request))
    answers = queries.answers(client, now)
    finish = partial(services.finish_setup, client_id=pk, by=request.actor, at=now)
    finished = attempt(form, finish) if form.is_bound else None
    if finished:
        messages.success(request, _("%(client)s er tatt i bruk.") % {"client": client.name})
        return redirect(address("client", client) + ("#keys" if answers.plan else ""))
    context = {
        "client": client,
        "form": form,
        "answers": answers,
        "newer": offers.newer_revision(client),
        "steps": wizard.progress(client, "check"),
        "step": wizard.STEPS[5],
        "number": len(wizard.STEPS),
        "total": len(wizard.STEPS),
        "back_url": address("keys:choose", client),
    }
    return render(request, "keys/check.html", context, status=status(form))
