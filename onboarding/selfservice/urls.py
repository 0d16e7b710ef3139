"""Addresses below /<environment>/, and those at the root of a host that the settings name."""

from django.urls import URLPattern, path

from onboarding.selfservice.api import api
from onboarding.selfservice.views import confirm, docs, machine

# Octets of a body, where 256 kB are too few: 500 drafts with large RSA keys are some 700 kB.
_LARGEST = {"client_drafts_batch": 2 * 1024 * 1024}
_OPERATIONS = [
    (
        str(pattern.pattern),
        machine.served(pattern.callback, largest=_LARGEST.get(str(pattern.name), 0)),
        pattern.name,
    )
    for pattern in api.urls[0]
    if isinstance(pattern, URLPattern) and pattern.name != "api-root"
]

app_name = "selfservice"
urlpatterns: list[URLPattern] = [
    path("api/", docs.guide, name="guide"),
    path("api/reference/", docs.reference, name="reference"),
    path("api/changes/", docs.changes, name="changes"),
    path("api/v1/openapi.json", machine.openapi, name="openapi"),
    *(path(f"api/v1/{route}", view, name=name) for route, view, name in _OPERATIONS),
    path("confirm-client/<uuid:pk>", confirm.draft, name="confirm"),
]
root_patterns: list[URLPattern] = [
    *(path(f"v1/{route}", view, name=name) for route, view, name in _OPERATIONS),
    path("confirm-client/<uuid:pk>", confirm.of_host, name="confirm"),
]
