"""The page of one client: how it fares, its test, keys, scopes, file and code examples."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.clients import configuration_file, snippets
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.queries import blank_file, programs
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import Status
from onboarding.keys import queries as keys
from onboarding.keys.states import Origin
from onboarding.smoketests import views as smoketests
from onboarding.smoketests.models import Run
from onboarding.smoketests.queries import TestPanel
from onboarding.smoketests.states import Signer
from onboarding.suppliers.queries import why_read_only
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Right
from portal.pages import client_scopes, client_state, traffic

# Longer than the page takes to look again.
JUST_NOW = timedelta(seconds=5)


@require_safe
def client(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show one client; a draft is shown by the wizard."""
    clients = ClientConfiguration.objects.visible_to(request.actor)
    here = clients.at(request.environment, request.organization.pk)
    related = here.select_related(
        "organization", "revision__system__organization", "created_by", "finished_by"
    )
    shown = get_object_or_404(related, pk=pk)
    if shown.status == Status.DRAFT:
        return redirect("clients:setup", request.environment, request.organization.number, pk)
    template = "clients/detail.html" + ("#state" if request.htmx else "")
    return render(request, template, _context(request, shown, timezone.now()))


def _context(request: TenantRequest, shown: ClientConfiguration, now: datetime) -> dict[str, Any]:
    panel = keys.panel(shown, now, request.actor)
    testing = smoketests.panel_context(request, shown)
    test = cast(TestPanel, testing["test"])
    rows = client_scopes.rows(shown)
    scopes = [row.scope for row in rows]
    seen = client_state.Seen(
        shown, scopes, panel.rows, panel.is_working, test.latest, panel.to_fetch
    )
    is_test_open = test.latest is not None and test.latest.run.is_open
    file = blank_file(shown)
    return testing | {
        "client": shown,
        "state": client_state.state(seen, now),
        "track": client_state.track(seen, now),
        "working": panel.is_working or is_test_open,
        "keys_are_stale": request.htmx and test.latest and _has_just_proved(test.latest.run, now),
        "panel": panel,
        "scopes": rows,
        "traffic": traffic.picture(shown.pk, now),
        "actions": rules.available(shown, request.actor),
        "read_only": why_read_only(
            request.actor, shown.organization_id, shown.environment, Right.USE
        ),
        "file": file,
        "file_text": configuration_file.text(file["content"]),
        "uploaded": any(row.is_usable and row.key.origin == Origin.UPLOAD for row in panel.rows),
        **_code(request, shown, scopes),
    }


def _has_just_proved(run: Run, now: datetime) -> bool:
    """Say whether a test has just ended that shows in the keys too.

    While the portal makes a key, the panel of the keys looks after itself.
    """
    by_browser = run.signer == Signer.BROWSER
    return by_browser and run.finished_at is not None and now - run.finished_at < JUST_NOW


def _code(
    request: TenantRequest, shown: ClientConfiguration, scopes: list[ClientScope]
) -> dict[str, Any]:
    """Return the code example in the language of the address, Python unless it names another."""
    example = programs.example(shown, scopes)
    asked = request.GET.get("code", "")
    language = asked if asked in snippets.LANGUAGES else next(iter(snippets.LANGUAGES))
    return {
        "example": example,
        "languages": list(snippets.LANGUAGES.values()),
        "program": snippets.program(language, example.facts) if example else None,
    }
