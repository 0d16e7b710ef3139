"""The chain from a customer to his key, link by link: a picture, and a table that says the same."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import Access, Status
from onboarding.core import charts, formats
from onboarding.keys.models import Key


class Part(NamedTuple):
    """One link of the chain as a row of its table; `link` is the same for the picture."""

    link: charts.Link
    meaning: str


def parts(client: ClientConfiguration, at: datetime) -> list[Part]:
    """Return the chain of one client. Two queries."""
    scopes = list(
        ClientScope.objects.filter(client=client).select_related("scope__api__organization")
    )
    newest = Key.objects.filter(client=client).order_by("-created_at").first()
    return [
        _customer(client),
        _client(client),
        _scopes(scopes),
        _apis(scopes),
        _key(newest, at),
    ]


def verdict(found: list[Part]) -> str:
    """Return a sentence that says which links of a chain hold back the customer, if any."""
    broken = [formats.inside(part.link.kind) for part in found if part.link.state != "ok"]
    if not broken:
        return _("Alle ledd er i orden.")
    count = len(broken)
    return ngettext(
        "Ett ledd er ikke i orden: %(names)s.", "%(count)s ledd er ikke i orden: %(names)s.", count
    ) % {
        "count": formats.in_words(count).capitalize(),
        "names": get_text_list(broken, _("og")),
    }


def _customer(client: ClientConfiguration) -> Part:
    number = formats.org_number(client.organization.number)
    link = charts.Link("ok", _("Kunde"), client.organization.name, _("Har en klient"))
    return Part(link, _("Organisasjonsnummer %(number)s") % {"number": number})


def _client(client: ClientConfiguration) -> Part:
    of = client.revision
    name = f"{of.name}, {_('versjon %(number)d') % {'number': of.number}}" if of else client.name
    state = "ok" if client.status == Status.ACTIVE else "none"
    link = charts.Link(state, _("Klient"), name, client.get_status_display())
    return Part(link, _("Klient-ID %(id)s") % {"id": client.pk})


def _scopes(scopes: list[ClientScope]) -> Part:
    ready = sum(scope.access == Access.OK for scope in scopes)
    name = _("%(ready)d av %(total)d klare") % {"ready": ready, "total": len(scopes)}
    waiting = [scope for scope in scopes if scope.access == Access.PENDING]
    declined = [scope for scope in scopes if scope.access == Access.DECLINED]
    if waiting:
        state, note = "wait", _("Venter på API-eier")
    elif declined:
        state, note = "fail", _("Ikke godkjent")
    else:
        state, note = ("ok", _("Klar til bruk")) if scopes else ("none", _("Ingen valgt"))
    meaning = ", ".join(
        f"{scope.scope.name} ({formats.inside(scope.get_access_display())})" for scope in scopes
    )
    return Part(charts.Link(state, _("Scopes"), name, note), meaning)


def _apis(scopes: list[ClientScope]) -> Part:
    apis = {scope.scope.api_id: scope.scope.api for scope in scopes}
    owners = sorted({api.organization.name for api in apis.values()})
    names = sorted(api.name for api in apis.values())
    count = ngettext("%(count)d API", "%(count)d API-er", len(apis)) % {"count": len(apis)}
    name = names[0] if len(names) == 1 else count
    eiers = ngettext("%(count)d eier", "%(count)d eiere", len(owners)) % {"count": len(owners)}
    link = charts.Link("ok" if apis else "none", _("API"), name, eiers)
    return Part(link, ", ".join(names))


def _key(key: Key | None, at: datetime) -> Part:
    kind = _("Nøkkel")
    if key is None:
        return Part(
            charts.Link("fail", kind, _("Ingen"), _("Mangler")), _("Uten nøkkel, uten token.")
        )
    name, day = key.kid[:8], formats.short_day(key.expires_at)
    if key.revoked_at:
        return Part(charts.Link("fail", kind, name, _("Sperret")), _("Klienten får ikke token."))
    if key.expires_at <= at:
        return Part(
            charts.Link("fail", kind, name, _("Utløpt")), _("Gikk ut %(day)s") % {"day": day}
        )
    state = "ok" if key.proved_at else "warn"
    note = _("Verifisert") if key.proved_at else _("Ikke verifisert")
    return Part(charts.Link(state, kind, name, note), _("Går ut %(day)s") % {"day": day})
