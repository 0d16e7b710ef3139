"""Proof of the items about login clients: so far what their set-up says. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from onboarding.checklists.facts import Facts, Finding
from onboarding.checklists.states import Verdict

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
INSTALLED: Final = frozenset({"installed", "mobile"})


def no_refresh(facts: Facts) -> str:
    """Return why refresh tokens do not concern the subject, or ""."""
    return "" if facts.setup.refresh_tokens else _("Klientsystemet bruker ikke refresh-token.")


def redirects(facts: Facts) -> Finding:
    """L06: exact https addresses; http to the own machine for installed software only."""
    setup = facts.setup
    loose = [uri for uri in setup.redirect_uris if not is_exact(uri, setup.application_type)]
    hosts = {urlsplit(uri).hostname for uri in setup.redirect_uris} - LOOPBACK
    shared = sorted(host for host in hosts & setup.production_hosts if host)
    counts = {"addresses": len(setup.redirect_uris), "loose": loose, "shared_hosts": shared}
    if loose:
        why = _("Ikke nøyaktig: %(addresses)s.") % {"addresses": ", ".join(loose)}
        return Finding(Verdict.FAIL, why, counts)
    if shared:
        why = _("Brukes også i produksjon: %(hosts)s.") % {"hosts": ", ".join(shared)}
        return Finding(Verdict.WARN, why, counts)
    return Finding(Verdict.PASS, _("Alle returadressene er nøyaktige."), counts)


def is_exact(uri: str, application_type: str) -> bool:
    """Say whether a redirect URI can mean one place only (FAPI 2.0 §5.3.2.2, RFC 8252 §7.3)."""
    parts = urlsplit(uri)
    if "*" in uri or "#" in uri or "@" in parts.netloc or not parts.hostname:
        return application_type in INSTALLED and _is_private_scheme(uri)
    if parts.scheme == "https":
        return True
    is_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    return is_loopback and application_type in INSTALLED


def _is_private_scheme(uri: str) -> bool:
    """An address of an installed program's own, named by a domain backwards (RFC 8252 §7.1)."""
    parts = urlsplit(uri)
    is_web = parts.scheme in ("http", "https")
    return not is_web and "." in parts.scheme and "*" not in uri and "#" not in uri
