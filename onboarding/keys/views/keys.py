"""The keys of a client: the panel on its page, revoking, and fetching what the portal made."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from onboarding.core.forms import status
from onboarding.keys import queries, rules, services
from onboarding.keys.forms import Revoke
from onboarding.keys.models import Key, KeyMaking
from onboarding.keys.states import Action
from onboarding.keys.views.new import address, form_page, get_client
from onboarding.suppliers.requests import TenantRequest


@require_safe
@vary_on_headers("HX-Request")
def panel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The panel alone, for the page that looks again while a key is being made."""
    client = get_client(request, pk)
    if not request.htmx:
        return redirect(address("client", client))
    context = {"panel": queries.panel(client, timezone.now(), request.actor)}
    return render(request, "keys/_panel.html", context)


@form_page
def revoke(request: TenantRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Ask once more, then refuse the key from now on."""
    client = get_client(request, pk)
    mine = Key.objects.visible_to(request.actor).filter(client=client)
    row, now = get_object_or_404(mine, pk=key), timezone.now()
    rules.check(Action.REVOKE, client, request.actor)
    rules.check_revocation(row.state(now))
    is_last = queries.is_last_usable(row, now)
    form = Revoke(client.name, request.POST if request.method == "POST" else None, is_last=is_last)
    if request.method == "POST" and form.is_valid():
        services.revoke(key_id=key, by=request.actor, at=now)
        messages.success(request, _("Nøkkelen er sperret."))
        return redirect(address("client", client))
    context = {
        "client": client,
        "key": row,
        "form": form,
        "is_last": is_last,
        "back_url": address("client", client),
    }
    return render(request, "keys/revoke.html", context, status=status(form))


@require_POST
def deliver(request: TenantRequest, pk: UUID, making: UUID) -> HttpResponse:
    """The sealed key, once. What comes back is of use to one browser only."""
    row = _making(request, pk, making)
    sealed = services.deliver(making_id=row.pk, by=request.actor, at=timezone.now())
    answer = HttpResponse(sealed, content_type="application/jose")
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = "attachment"
    return answer


@require_POST
def make_again(request: TenantRequest, pk: UUID, making: UUID) -> HttpResponse:
    """Ask once more for a key that failed or was not fetched."""
    row = _making(request, pk, making)
    services.make_again(making_id=row.pk, by=request.actor, at=timezone.now())
    return redirect(address("client", row.client) + "#keys")


def _making(request: TenantRequest, pk: UUID, making: UUID) -> KeyMaking:
    client = get_client(request, pk)
    mine = KeyMaking.objects.visible_to(request.actor).filter(client=client)
    return get_object_or_404(mine.select_related("client__organization"), pk=making)
