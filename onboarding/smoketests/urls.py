"""Addresses of token tests, below the client they test."""

from django.urls import path

from onboarding.smoketests import views

app_name = "smoketests"
urlpatterns = [
    path("test/", views.panel, name="panel"),
    path("test/start", views.start, name="start"),
    path("tests/", views.runs, name="runs"),
    path("tests/<uuid:run_id>/", views.run, name="run"),
]
