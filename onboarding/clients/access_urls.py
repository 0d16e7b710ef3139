"""Addresses of access requests; part of `clients`."""

from django.urls import path

from onboarding.clients.views import access, consents

urlpatterns = [
    path("requests/", access.requests, name="requests"),
    path("requests/values/<int:pk>/", access.decide_claim, name="decide_claim"),
    path("requests/systems/<uuid:pk>/", consents.decide, name="decide_consent"),
    path("requests/<uuid:pk>/", access.decide, name="decide"),
]
