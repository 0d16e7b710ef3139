"""The page Integrasjonstesting: test tokens made by hand, and keys for programs that make them."""

from __future__ import annotations

import shlex
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onboarding.apis.models import Api
from onboarding.core import paging
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from onboarding.testtokens import advice, explanations, queries, rules
from onboarding.testtokens.content.consistency import Wrong
from onboarding.testtokens.forms import MakeToken, NewTokenKey
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.services import keys, minting
from onboarding.testtokens.signers import NoIssuer
from onboarding.testtokens.tokens import Minted, Place
from onboarding.testtokens.views.tenant import address, form_page, test_only


@form_page
@test_only
def page(request: TenantRequest) -> HttpResponse:
    """Make a test token, and list the organisation's keys, the newest first."""
    apis = Api.objects.visible_to(request.actor).of(request.environment, request.organization.pk)
    form = MakeToken(list(apis.order_by("name")[:200]), sent(request))
    made = None
    if request.method == "POST":
        rules.check_write(request.actor, request.organization.pk)
        made = _made(form)
    mine = TokenKey.objects.visible_to(request.actor)
    mine = mine.of(request.environment, request.organization.pk)
    shown = paging.page(mine.select_related("created_by"), request.GET.get("after", ""))
    context = {
        "form": form,
        "made": made,
        "keys": queries.key_views(shown.rows, timezone.now()),
        "pages": paging.links(shown),
        "may_write": rules.may_write(request.actor, request.organization.pk),
        "read_only": why_read_only(
            request.actor, request.organization.pk, request.environment, Right.APIS
        ),
    }
    return render(request, "testtokens/page.html", context, status=status(form))


@require_safe
@test_only
def decode(request: TenantRequest) -> HttpResponse:
    """The page that reads tokens in the browser; this server never sees what is pasted there."""
    explained = explanations.EXPLANATIONS.items()
    context = {"explanations": explained, "otherwise": explanations.OWN}
    return render(request, "testtokens/decode.html", context)


class Made(NamedTuple):
    """A token that was made: how it is sent, and what stands in it."""

    minted: Minted
    title: str
    method: str
    url: str
    token: explanations.Reading | None
    proof: explanations.Reading | None
    expected: str

    @property
    def curl(self) -> str:
        """The call as a command; what somebody typed is quoted for the shell."""
        url, minted = self.url, self.minted
        if minted.place == Place.ADDRESS:
            url += ("&" if "?" in url else "?") + f"access_token={minted.token}"
        lines = [f"curl -i -X {self.method} {shlex.quote(url)}"]
        if minted.place == Place.HEADER:
            lines.append(f"-H 'Authorization: {minted.scheme} {minted.token}'")
        if minted.proof:
            lines.append(f"-H 'DPoP: {minted.proof}'")
        return " \\\n  ".join(lines)


def _made(form: MakeToken) -> Made | None:
    """Make what a valid form asks for; what cannot be made is said on the form."""
    if not form.is_valid():
        return None
    fault = form.wanted
    try:
        minted = minting.create_with(form.parameters(), fault, url=form.address, at=timezone.now())
    except (Wrong, NoIssuer) as error:
        text = _("Tokenet kan ikke lages: %(why)s") % {"why": error or _("utstederen er en annen")}
        form.add_error(None, text)
        return None
    return Made(
        minted,
        str(fault.title if fault else _("Gyldig token")),
        form.cleaned_data["method"],
        form.address,
        explanations.read(minted.token),
        explanations.read(minted.proof),
        advice.expected(fault),
    )


@form_page
@test_only
def new(request: TenantRequest) -> HttpResponse:
    """Make a key. Its secret is shown in this one answer and never again."""
    rules.check_write(request.actor, request.organization.pk)
    form = NewTokenKey(sent(request))
    made = attempt(
        form,
        lambda **data: keys.make(
            organization_id=request.organization.pk, by=request.actor, at=timezone.now(), **data
        ),
    )
    context = {"form": form, "back_url": address(request, "testtokens:page")}
    if made:
        key, secret = made
        service = f"{settings.BASE_URL}{reverse('ttt:create')}"
        context |= {"key": key, "secret": secret, "service": service}
        return render(request, "testtokens/key_made.html", context)
    return render(request, "testtokens/key_new.html", context, status=status(form))


@require_POST
@test_only
def end(request: TenantRequest, pk: UUID) -> HttpResponse:
    mine = TokenKey.objects.visible_to(request.actor)
    key = get_object_or_404(mine.of(request.environment, request.organization.pk), pk=pk)
    keys.end(key_id=key.pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Nøkkelen %(name)s er avsluttet.") % {"name": key.name})
    return redirect(address(request, "testtokens:page"))
