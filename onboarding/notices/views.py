"""One's own notices: the list, and each on a page of its own."""

from __future__ import annotations

from typing import Protocol, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onboarding.notices import services
from onboarding.notices.models import Notice, Reader

SHOWN = 100


class Read(Protocol):
    """A request with the person that the middleware has put on it."""

    actor: Reader


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List what one has been told, the newest first."""
    rows = Notice.objects.visible_to(_reader(request)).order_by("-created_at", "pk")[:SHOWN]
    context = {
        "notices": rows,
        "shown": SHOWN,
        "has_unread": any(not row.opened_at for row in rows),
    }
    return render(request, "notices/list.html", context)


@require_safe
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a notice, which is read from then on."""
    found = get_object_or_404(Notice.objects.visible_to(_reader(request)), pk=pk)
    if request.method == "GET":
        services.open_notice(notice_id=found.pk, at=timezone.now())
    return render(request, "notices/notice.html", {"notice": found})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Take all of one's notices as read."""
    services.open_all(user_id=_reader(request).user_id or 0, at=timezone.now())
    return redirect("notices:list")


def _reader(request: HttpRequest) -> Reader:
    return cast(Read, request).actor
