"""The test exceptions of one client: which habits it is allowed, and when it last needed each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from onboarding.clients.models import ClientConfiguration, ClientLeniency
from onboarding.clients.rules.leniencies import may_switch
from onboarding.clients.services import leniencies as services
from onboarding.clients.states import UNFINISHED, Leniency
from onboarding.core.environments import Environment
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.traffic.queries import last_needed

# The rule that each one softens, and what to do so that it is not needed.
RULES = {
    Leniency.AUDIENCE_ENDPOINT: (
        "assertion.audience",
        gettext_lazy("Sett `aud` til utstederen fra metadata, som én tekst."),
    ),
    Leniency.IAT_STRING: (
        "assertion.issued_at",
        gettext_lazy("Skriv `iat` som et tall, uten anførselstegn."),
    ),
    Leniency.ASSERTION_REUSE: (
        "assertion.replay",
        gettext_lazy("Lag en ny client assertion når du svarer på en nonce."),
    ),
    Leniency.NO_DPOP: (
        "proof.count",
        gettext_lazy("Send et DPoP-bevis med hver tokenforespørsel."),
    ),
}


class Row(NamedTuple):
    """One exception: whether it is on and who switched it, when it was last needed."""

    name: Leniency
    code: str
    instead: str
    on: ClientLeniency | None
    needed_at: datetime | None


@require_http_methods(["GET", "HEAD", "POST"])
def exceptions(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show the exceptions; switch one on or off. In production there is no such page."""
    client = _client(request, pk)
    if request.method == "POST":
        return _switch(request, client)
    on = {row.name: row for row in client.leniencies.select_related("switched_by")}
    needed = last_needed(client.pk)
    context = {
        "client": client,
        "rows": [
            Row(name, code, str(instead), on.get(name), needed.get(name))
            for name, (code, instead) in RULES.items()
        ],
        "may_switch": may_switch(client, request.actor),
        "read_only": why_read_only(request.actor, client.organization_id, client.environment),
    }
    return render(request, "traffic/exceptions.html", context)


def _switch(request: TenantRequest, client: ClientConfiguration) -> HttpResponse:
    try:
        name = Leniency(request.POST.get("name", ""))
    except ValueError as error:
        raise Http404 from error
    on = request.POST.get("on") == "1"
    services.switch(client_id=client.pk, name=name, on=on, by=request.actor, at=timezone.now())
    said = _("Testunntaket er slått på.") if on else _("Testunntaket er slått av.")
    messages.success(request, f"{said} {_('Det gjelder fra neste forespørsel.')}")
    here = (request.environment, request.organization.number, client.pk)
    return redirect("exceptions", *here)


def _client(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    clients = ClientConfiguration.objects.visible_to(request.actor)
    here = clients.at(request.environment, request.organization.pk)
    in_test = here.filter(environment=Environment.TEST).exclude(status__in=UNFINISHED)
    return get_object_or_404(in_test.select_related("organization"), pk=pk)
