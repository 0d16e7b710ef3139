"""The page Integrasjonstesting, and the keys of the test token service on it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onboarding.core import paging
from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.testtokens import queries, rules
from onboarding.testtokens.forms import NewTokenKey
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.services import keys
from onboarding.testtokens.views.tenant import address, form_page, test_only


@require_safe
@test_only
def page(request: TenantRequest) -> HttpResponse:
    """List the organisation's keys, the newest first, and say how one is used."""
    mine = TokenKey.objects.visible_to(request.actor)
    mine = mine.of(request.environment, request.organization.pk)
    shown = paging.page(mine.select_related("created_by"), request.GET.get("after", ""))
    context = {
        "keys": queries.key_views(shown.rows, timezone.now()),
        "pages": paging.links(shown),
        "service": f"{settings.BASE_URL}{reverse('ttt:create')}",
        "may_write": rules.may_write(request.actor, request.organization.pk),
        "read_only": why_read_only(request.actor, request.organization.pk, request.environment),
    }
    return render(request, "testtokens/page.html", context)


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
