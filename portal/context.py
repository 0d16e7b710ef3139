"""What every page shows: where one is, whom one represents, where one can go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientScope, Consent
from onboarding.core.environments import Environment
from onboarding.suppliers.actors import NOBODY, Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import approval
from onboarding.suppliers.states import Right
from portal.opening import is_open


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the context that base.html needs; queries run only where the page asks."""
    environment = getattr(request, "environment", "")
    organization = getattr(request, "organization", None)
    context: dict[str, Any] = {
        "environment": environment,
        "organization": organization,
        "actor": getattr(request, "actor", NOBODY),
        "demo": settings.DEMO,
        "my_organizations": SimpleLazyObject(lambda: _organizations(request)),
    }
    if organization is not None:
        other = Environment.PRODUCTION if environment == Environment.TEST else Environment.TEST
        context["other_environment_url"] = reverse("home", args=[other, organization.number])
        context["menu"] = SimpleLazyObject(lambda: _menu(request, environment, organization))
    elif context["actor"].is_operator:
        context["menu"] = SimpleLazyObject(lambda: _platform_menu(request))
    return context


def _organizations(request: HttpRequest) -> list[tuple[Organization, str]]:
    actor = getattr(request, "actor", NOBODY)
    if actor.user_id is None:
        return []
    environment = getattr(request, "environment", "") or Environment.TEST
    mine = {organization for organization, held_in in actor.represented if held_in == environment}
    found = Organization.objects.visible_to(actor).filter(pk__in=mine).order_by("name")[:20]
    return [
        (organization, reverse("home", args=[environment, organization.number]))
        for organization in found
    ]


def _menu(
    request: HttpRequest, environment: str, organization: Organization
) -> list[dict[str, Any]]:
    where = organization.pk, environment
    actor: Actor = request.actor  # type: ignore[attr-defined]  # ActingPerson
    is_here = actor.sees_all or where in actor.represented
    if not (is_here and is_open(environment, organization)):
        return _gate_menu(request, environment, organization)
    asked = _asked(actor, environment, organization.pk)

    def item(label: str, name: str, count: int = 0) -> dict[str, Any]:
        return _entry(label, reverse(name, args=[environment, organization.number]), count)

    held: Collection[str] = actor.rights.get(where, ())
    is_member = actor.sees_all or where in actor.roles
    main = [item(_("Forside"), "home")]
    if is_member or Right.USE in held:
        main += [item(_("Ta i bruk HelseID"), "clients:list"), item(_("Systemer i bruk"), "acting")]
    if is_member or Right.SYSTEMS in held:
        main += [item(_("Dine klientsystemer"), "systems:list")]
    if is_member or Right.APIS in held:
        main += [
            item(_("Dine API-er"), "apis:list"),
            item(_("Tilgangsforespørsler"), "clients:requests", asked),
        ]
    if is_member:
        main += [item(_("Produksjonssetting"), "promotion:list")]
    has_test_tokens = environment == Environment.TEST and (is_member or Right.APIS in held)
    menu: list[dict[str, Any]] = [
        {"title": "", "items": main},
        {"title": _("Verktøy"), "items": _tools(item, has_test_tokens=has_test_tokens)},
    ]
    if is_member:
        menu.append({"title": _("Virksomheten"), "items": _about(item)})
    _mark_current([entry for group in menu for entry in group["items"]], request.path)
    return menu


def _asked(actor: Actor, environment: str, organization_id: int) -> int:
    """How many wait for an answer of an API's owner, about a hundred at most."""
    clients = ClientScope.objects.visible_to(actor).of(environment, organization_id).waiting()
    count = len(clients[:100])
    if environment == Environment.PRODUCTION:
        systems = Consent.objects.visible_to(actor).of(environment, organization_id).waiting()
        count += len(systems[:100])
    return count


def _tools(
    item: Callable[[str, str], dict[str, Any]], *, has_test_tokens: bool
) -> list[dict[str, Any]]:
    """What helps whoever builds: with mistakes, and with what is required."""
    return [
        *([item(_("Integrasjonstesting"), "testtokens:page")] if has_test_tokens else []),
        item(_("Hvorfor ble jeg avvist?"), "why"),
        _entry(_("Feilkatalogen"), reverse("diagnosis:errors")),
        _entry(_("Sjekklisten"), reverse("checklists:index")),
    ]


def _about(item: Callable[[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    """What concerns the organisation itself, whatever it makes or uses."""
    return [
        item(_("Folk og tilganger"), "people:list"),
        item(_("Rettigheter"), "rights:list"),
        item(_("Webhooks"), "webhooks:list"),
        item(_("Leverandørgodkjenning"), "approval:own"),
        item(_("Bruksvilkår"), "terms:own"),
        item(_("Kontakt og endringer"), "contacts:list"),
    ]


def _gate_menu(
    request: HttpRequest, environment: str, organization: Organization
) -> list[dict[str, Any]]:
    """The menu before an environment is open: the way in, and what can be done about it."""
    where = [environment, organization.number]
    items = [
        _entry(_("Veien til produksjon"), reverse("home", args=where)),
        _entry(_("Leverandørgodkjenning"), reverse("approval:own", args=where)),
        _entry(_("Bruksvilkår"), reverse("terms:own", args=where)),
        _entry(_("Kontakt og endringer"), reverse("contacts:list", args=where)),
        _entry(_("Til testmiljøet"), reverse("home", args=[Environment.TEST, organization.number])),
    ]
    _mark_current(items, request.path)
    return [{"title": "", "items": items}]


def _platform_menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu on pages of no organisation, for whoever operates the platform."""
    items = [
        _entry(_("Virksomheter"), reverse("suppliers:choose")),
        _entry(_("Sjekklisten"), reverse("checklists:index")),
        _entry(_("Leverandører"), reverse("suppliers:suppliers"), approval.waiting_count()),
        _entry(_("Bruksvilkår"), reverse("suppliers:terms")),
        _entry(_("Endringsvarsler"), reverse("suppliers:changes")),
    ]
    for item in items:
        item["current"] = request.path.startswith(item["url"])
    return [{"title": _("Plattformen"), "items": items}]


def _entry(label: str, url: str, count: int = 0) -> dict[str, Any]:
    return {"label": label, "url": url, "current": False, "count": count}


def _mark_current(items: list[dict[str, Any]], path: str) -> None:
    """Mark the item that the page lies under; of several, the nearest. The first is the root."""
    root, *others = items
    above = [item for item in others if path.startswith(item["url"])]
    nearest = max(above, key=lambda item: len(item["url"])) if above else root
    nearest["current"] = nearest is not root or path == root["url"]
