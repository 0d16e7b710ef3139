"""A client configuration as others read it: its fingerprint, its file, its scopes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings

from onboarding.apis.models import Scope
from onboarding.clients import configuration_file as files
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.systems.models import Revision
from onboarding.systems.states import UriKind


def configuration(client: ClientConfiguration) -> dict[str, Any]:
    """Return what tokens for the client depend on, in one canonical form. Three queries at most.

    Two clients, or one at two times, that are set up alike give equal dicts but for `client_id`.
    """
    revision = client.revision
    rows = client.scopes.values_list("scope__name", "access").order_by("scope__name")
    claims = client.claims.values_list("claim__claim_type", "value").order_by("claim__claim_type")
    scopes = list(rows)
    return {
        "client_id": str(client.pk),
        "environment": client.environment,
        "revision": str(client.revision_id),
        "granted": [name for name, access in scopes if access == Access.OK],
        "pending": [name for name, access in scopes if access == Access.PENDING],
        "claims": dict(claims),
        "algorithm": revision.algorithm if revision else "",
    }


def configuration_hash(client: ClientConfiguration) -> str:
    """Return the SHA-256 (hex) of `configuration`: what a token test is valid for."""
    canonical = json.dumps(configuration(client), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def granted_scopes(client: ClientConfiguration) -> list[Scope]:
    """Return the scopes that the client gets tokens for, with their APIs, by name."""
    rows = client.scopes.filter(access=Access.OK).select_related("scope__api")
    return [row.scope for row in rows.order_by("scope__name")]


def configuration_file(client: ClientConfiguration) -> dict[str, Any]:
    """Return the content of the configuration file, without the key.

    Scopes that wait for their API's owner are in it, so that it holds once they are approved.
    """
    revision = client.revision
    if revision is None:
        raise ValueError("a client without a client system has no configuration file")
    rows = client.scopes.exclude(access=Access.DECLINED).order_by("scope__name")
    content: dict[str, Any] = {
        "clientName": f"{client.organization.name} - {client.name}",
        "authority": settings.ISSUERS[client.environment],
        "clientId": str(client.pk),
        "grantTypes": _grant_types(revision),
        "scopes": [*_login_scopes(revision), *rows.values_list("scope__name", flat=True)],
    }
    if revision.user_login:
        content |= _login(revision)
    return content


def blank_file(client: ClientConfiguration) -> dict[str, Any]:
    """Return `{"name", "content"}`: the file that a private key is still to be put into.

    The browser does that (static/js/configuration-file.mjs), or configuration_file.build.
    """
    return {
        "name": files.name(client.organization.number, client.name),
        "content": configuration_file(client),
    }


def _grant_types(revision: Revision) -> list[str]:
    kinds = {
        "authorization_code": revision.user_login,
        "refresh_token": revision.refresh_tokens,
        "client_credentials": revision.machine_to_machine,
    }
    return [name for name, used in kinds.items() if used]


def _login_scopes(revision: Revision) -> list[str]:
    if not revision.user_login:
        return []
    return ["openid", "profile", *(["offline_access"] if revision.refresh_tokens else [])]


def _login(revision: Revision) -> dict[str, Any]:
    uris = list(revision.uris.order_by("uri").values_list("kind", "uri"))
    return {
        "redirectUris": [uri for kind, uri in uris if kind == UriKind.REDIRECT],
        "postLogoutRedirectUris": [uri for kind, uri in uris if kind == UriKind.POST_LOGOUT],
        "pkceRequired": True,
    }
