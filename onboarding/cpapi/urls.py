"""Addresses below /<environment>/cp-api/."""

from django.urls import URLPattern, path

from onboarding.cpapi import views
from onboarding.cpapi.api import api

app_name = "cpapi"
urlpatterns: list[URLPattern] = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    *(
        URLPattern(pattern.pattern, views.guarded(pattern.callback), name=pattern.name)
        for pattern in api.urls[0]
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ),
]
