"""Addresses of an organisation: its test tokens, keys to the service, checks of its APIs."""

from django.urls import URLPattern, path

from onboarding.testtokens.views import checks, keys

app_name = "testtokens"
urlpatterns: list[URLPattern] = [
    path("test-tokens/", keys.page, name="page"),
    path("test-tokens/decode/", keys.decode, name="decode"),
    path("test-tokens/keys/new/", keys.new, name="new_key"),
    path("test-tokens/keys/<uuid:pk>/end/", keys.end, name="end_key"),
    path("apis/<uuid:pk>/check/", checks.page, name="check"),
    path("apis/<uuid:pk>/check/start", checks.start, name="start_check"),
    path("apis/<uuid:pk>/check/nightly", checks.nightly, name="nightly"),
    path("apis/<uuid:pk>/checks/", checks.history, name="checks"),
    path("apis/<uuid:pk>/checks/<uuid:check>/", checks.past, name="past_check"),
]
