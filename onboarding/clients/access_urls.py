"""Addresses of access requests; part of the app's others."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
