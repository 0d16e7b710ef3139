"""Change notices for the operators: written, published, and who has taken note."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.forms.contacts import WriteChange
from onboarding.suppliers.models import ChangeNotice
from onboarding.suppliers.requests import PortalRequest
from onboarding.suppliers.services import contacts as services
from onboarding.suppliers.services.contacts import ChangeWording
from onboarding.suppliers.views.desk import check_operator


@require_safe
def changes(request: PortalRequest) -> HttpResponse:
    """List the notices, the newest first, with how many organisations have taken note."""
    check_operator(request)
    rows = ChangeNotice.objects.visible_to(request.actor).annotate(count=Count("acknowledgements"))
    context = {"rows": rows.order_by("-created_at")[:100]}
    return render(request, "suppliers/contacts/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: PortalRequest, pk: UUID | None = None) -> HttpResponse:
    """Write a notice, or change one that nobody has been told of."""
    check_operator(request)
    change = None
    if pk:
        change = get_object_or_404(ChangeNotice.objects.visible_to(request.actor), pk=pk)
    names = ChangeWording._fields
    initial = {name: getattr(change, name) for name in names} if change else {}
    form = WriteChange(sent(request), initial=initial)

    def act(**_given: object) -> ChangeNotice:
        return services.write_change(
            change_id=pk, wording=form.wording(), by=request.actor, at=timezone.now()
        )

    if attempt(form, act) is None:
        context = {"form": form, "change": change}
        return render(request, "suppliers/contacts/write.html", context, status=status(form))
    messages.success(request, _("Kladden er lagret."))
    return redirect("suppliers:changes")


@require_POST
def publish(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Announce a change to those who follow."""
    check_operator(request)
    change = get_object_or_404(ChangeNotice.objects.visible_to(request.actor), pk=pk)
    services.publish_change(change_id=change.pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Endringen er varslet."))
    return redirect("suppliers:changes")
