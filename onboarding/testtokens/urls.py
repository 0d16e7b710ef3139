"""Addresses of an organisation: its test tokens and its keys to the service."""

from django.urls import URLPattern, path

from onboarding.testtokens.views import keys

app_name = "testtokens"
urlpatterns: list[URLPattern] = [
    path("test-tokens/", keys.page, name="page"),
    path("test-tokens/keys/new/", keys.new, name="new_key"),
    path("test-tokens/keys/<uuid:pk>/end/", keys.end, name="end_key"),
]
