"""Proving a key: in the browser with the key file, or with a signature that is pasted in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from onboarding.core.forms import put_on, sent, status
from onboarding.core.refusals import NotPermitted, Refused
from onboarding.jose.possession import TYPE
from onboarding.keys import rules, services, snippets
from onboarding.keys.forms import Proof, ProofWay
from onboarding.keys.models import Key
from onboarding.keys.states import Action
from onboarding.keys.views.new import address, form_page, get_client
from onboarding.suppliers.requests import TenantRequest


@form_page
@sensitive_post_parameters()
def prove(request: TenantRequest, pk: UUID, key: UUID) -> HttpResponse:
    """Show what to sign, in three ways; POST brings the signature."""
    client = get_client(request, pk)
    mine = Key.objects.visible_to(request.actor).filter(client=client)
    row, now = get_object_or_404(mine, pk=key), timezone.now()
    rules.check(Action.PROVE, client, request.actor)
    rules.check_proof(row.state(now))
    form = Proof(_way(request), sent(request))
    back_url = address("client", client) + "#keys"
    if row.proved_at or (form.is_bound and _is_proved(request, row, form, now)):
        messages.success(request, _("Nøkkelen er verifisert."))
        return redirect(back_url)
    context = {
        "client": client,
        "key": row,
        "form": form,
        "back_url": back_url,
        "others": Key.objects.visible_to(request.actor).filter(client=client).exclude(pk=row.pk),
    }
    context |= _task(row, form, now)
    return render(request, "keys/prove.html", context, status=status(form))


def _way(request: TenantRequest) -> ProofWay:
    given = request.GET.get("way", "")
    return ProofWay(given) if given in ProofWay.values else ProofWay.BROWSER


def _is_proved(request: TenantRequest, key: Key, form: Proof, now: datetime) -> bool:
    if not form.is_valid():
        return False
    try:
        services.prove(key_id=key.pk, by=request.actor, at=now, **form.cleaned_data)
    except NotPermitted:
        raise
    except services.NotProved as refusal:
        form.refuse(refusal)
    except Refused as refusal:
        put_on(form, refusal)
    return not form.errors


def _task(key: Key, form: Proof, now: datetime) -> dict[str, object]:
    """What is to be signed, and how it is done the way that was chosen."""
    challenge = services.challenge(key, form.given_nonce, now)
    return {
        "challenge": challenge,
        "expires_at": datetime.fromtimestamp(challenge.expires, UTC),
        "audience": settings.BASE_URL,
        "type": TYPE,
        "ways": ProofWay,
        "file": snippets.PYTHON_FILE,
        "program": snippets.openssl(key, challenge)
        if form.way == ProofWay.OPENSSL
        else snippets.python(key, challenge),
    }
