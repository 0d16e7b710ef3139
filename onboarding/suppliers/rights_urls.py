"""Addresses of one organisation: rights given by it and to it."""

from django.urls import URLPattern, path

from onboarding.suppliers.views import rights

app_name = "rights"
urlpatterns: list[URLPattern] = [
    path("", rights.rights, name="list"),
    path("give/", rights.give, name="give"),
    path("history/", rights.history, name="history"),
    path("open/", rights.openness, name="open"),
    path("<uuid:pk>/end/", rights.end, name="end"),
]
