"""Addresses of the test token service, below /test/ttt/. There is none for production."""

from django.urls import URLPattern, path

from onboarding.testtokens.views import service

app_name = "ttt"
urlpatterns: list[URLPattern] = [
    path("v2/create-test-token-with-key", service.create, name="create"),
    path("create-test-token-with-key", service.create, name="create_v1"),
    path("create-test-token", service.create, name="create_v0"),
    path("openapi.json", service.openapi, name="openapi"),
    path("docs", service.docs, name="docs"),
]
