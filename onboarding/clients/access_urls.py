"""Addresses of access requests; part of `clients`."""

from django.urls import path

from onboarding.clients.views import access

urlpatterns = [
    path("requests/", access.requests, name="requests"),
    path("requests/<uuid:pk>/", access.decide, name="decide"),
]
