"""The ways to log in. The demo's cards are none of them: they exist in the demo only.

A relying party (OpenID Connect, say) plugs in by naming itself in settings.LOGIN_WAYS. Its view
starts the login with `?next=` (a local path) and ends it with `accounts.views.enter`, which makes
the session; nothing else of the portal knows how a person was recognized.
"""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode


class Way(NamedTuple):
    """One button on the login page: what the person logs in with, and where that begins."""

    label: str
    url: str


def ways(target: str) -> list[Way]:
    """Return the ways that are set up, in order; each comes back to the local path `target`."""
    query = f"?{urlencode({'next': target})}" if target else ""
    return [Way(label, reverse(view) + query) for label, view in settings.LOGIN_WAYS]
