"""Addresses below an issuer, /<environment>/sts/."""

from django.urls import path

from onboarding.sts import views

app_name = "sts"
urlpatterns = [
    path("connect/token", views.token, name="token"),
    path(".well-known/openid-configuration", views.metadata, name="metadata"),
    path(".well-known/openid-configuration/jwks", views.jwks, name="jwks"),
    path("<path:_>", views.nothing, name="nothing"),
]
