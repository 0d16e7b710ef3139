"""A new key, in the wizard and outside it: the same three ways."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from onboarding.clients import queries as client_queries
from onboarding.clients import wizard
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import KeyWay, Status
from onboarding.core.forms import put_on, status
from onboarding.core.refusals import NotPermitted, Refused
from onboarding.jose.keys import read_keys
from onboarding.keys import advice, queries, rules, services
from onboarding.keys.forms import NewKey
from onboarding.keys.kinds import KINDS, LONGEST_LIFETIME, Kind, usual
from onboarding.keys.models import Key
from onboarding.keys.states import Action, Origin
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems.states import Algorithm

form_page = require_http_methods(["GET", "HEAD", "POST"])


class Answer(NamedTuple):
    """What a form led to: the keys that are registered, none where the portal makes one."""

    way: KeyWay
    keys: list[Key]


ORIGINS = {KeyWay.BROWSER: Origin.BROWSER, KeyWay.UPLOAD: Origin.UPLOAD}


@form_page
@sensitive_post_parameters()
def choose(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Step 5 of the wizard. A key that is there already can be kept."""
    client = get_client(request, pk)
    if client.status != Status.DRAFT or not wizard.is_open(client.step, "key"):
        return go_on(client)
    rules.check(Action.SET_UP, client, request.actor)
    now = timezone.now()
    form = _form(request, client, list(KeyWay))
    next_url = address("keys:check", client)
    answer = _save(request, client, form, now) if request.method == "POST" else None
    if answer:
        return _done(request, form, answer, next_url)
    context = {
        "steps": wizard.progress(client, "key"),
        "step": wizard.STEPS[4],
        "number": 5,
        "total": len(wizard.STEPS),
        "back_url": address("clients:claims", client),
        "next_url": next_url,
        "keys": queries.keys_of_draft(client, now),
    }
    return _page(request, client, form, "keys/choose.html", context)


@form_page
@sensitive_post_parameters()
def add(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A further key for a client that is in use."""
    client = get_client(request, pk)
    if client.status == Status.DRAFT:
        return go_on(client)
    rules.check(Action.REGISTER, client, request.actor)
    now = timezone.now()
    can_request = Action.REQUEST in rules.available(client, request.actor)
    form = _form(request, client, list(KeyWay) if can_request else list(ORIGINS))
    back_url = address("client", client)
    next_url = f"{back_url}#keys"
    answer = _save(request, client, form, now) if request.method == "POST" else None
    if answer:
        return _done(request, form, answer, next_url)
    context = {
        "back_url": address("client", client),
        "next_url": next_url,
        "ephemeral": can_request,
    }
    return _page(request, client, form, "keys/add.html", context)


def get_client(request: TenantRequest, pk: UUID) -> ClientConfiguration:
    """The client with its organisation and revision, or 404 for who may not know it exists."""
    clients = ClientConfiguration.objects.visible_to(request.actor)
    here = clients.at(request.environment, request.organization.pk)
    related = here.select_related("organization", "revision__system__organization")
    return get_object_or_404(related, pk=pk)


def address(view: str, client: ClientConfiguration, *args: object) -> str:
    """Return the address of a page about a client, at the client's own organisation."""
    tenant = client.environment, client.organization.number
    return reverse(view, args=[*tenant, client.pk, *args])


def go_on(client: ClientConfiguration) -> HttpResponse:
    """Go to the first step of the wizard without an answer, or to the finished client."""
    if client.status != Status.DRAFT:
        return redirect(address("client", client))
    return redirect(address(wizard.next_step(client.step).view, client))


def _form(request: TenantRequest, client: ClientConfiguration, ways: list[KeyWay]) -> NewKey:
    kind = _usual(client)
    if request.method == "POST":
        return NewKey(ways, kind, request.POST, request.FILES)
    chosen = KINDS.get(client.key_kind, kind)
    way = client.key_way if client.key_way in ways else KeyWay.BROWSER
    return NewKey(ways, kind, initial={"way": way, "kind": chosen.name, "lifetime": 365})


def _usual(client: ClientConfiguration) -> Kind:
    return usual(client.revision.algorithm if client.revision else Algorithm.PS256)


def _save(
    request: TenantRequest, client: ClientConfiguration, form: NewKey, now: datetime
) -> Answer | None:
    """Do what the form asks; None where it was refused, with the reasons on the form."""
    if not form.is_valid() and not form.private_text:
        return None
    try:
        return _act(request, client, form, now)
    except NotPermitted:
        raise
    except services.KeyRefused as refusal:
        form.refuse(refusal)
    except Refused as refusal:
        put_on(form, refusal)
    return None


def _act(
    request: TenantRequest, client: ClientConfiguration, form: NewKey, now: datetime
) -> Answer:
    given = form.cleaned_data
    who: dict[str, Any] = {"client_id": client.pk, "by": request.actor, "at": now}
    way = KeyWay(given.get("way", KeyWay.UPLOAD))
    if way in ORIGINS or form.private_text:
        keys = services.register(
            text=form.private_text or given["text"],
            alg=given.get("alg") or None,
            origin=ORIGINS.get(way, Origin.UPLOAD),
            lifetime_days=given.get("lifetime", LONGEST_LIFETIME),
            **who,
        )
        return Answer(way, keys)
    wanted = {"kind": given["kind"], "lifetime_days": given["lifetime"], **who}
    if client.status == Status.DRAFT:
        services.plan_making(**wanted)
    else:
        services.request_making(recipient=form.need_recipient(), **wanted)
    return Answer(way, [])


def _done(request: TenantRequest, form: NewKey, answer: Answer, next_url: str) -> HttpResponse:
    """Go on; for the script that made the key, say what was registered instead."""
    if answer.way == KeyWay.BROWSER and _is_script(request):
        key = answer.keys[-1]
        said = {"kid": key.kid, "expiresAt": key.expires_at.isoformat(), "next": next_url}
        return JsonResponse(said, status=201)
    if answer.way == KeyWay.UPLOAD:
        for note in advice.notes(read_keys(form.cleaned_data["text"]).checks):
            messages.warning(request, note)
        messages.success(request, _("Nøkkelen er registrert."))
    return redirect(next_url)


def _page(
    request: TenantRequest,
    client: ClientConfiguration,
    form: NewKey,
    template: str,
    context: dict[str, object],
) -> HttpResponse:
    if form.errors and _is_script(request):
        texts = [str(text) for texts in form.errors.values() for text in texts]
        return JsonResponse({"errors": texts}, status=status(form))
    context |= {
        "client": client,
        "form": form,
        "file": client_queries.blank_file(client),
    }
    return render(request, template, context, status=status(form))


def _is_script(request: TenantRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
