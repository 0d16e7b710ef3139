"""Addresses of one organisation: its people."""

from django.urls import URLPattern, path

from onboarding.suppliers.views import people

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="list"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.member, name="member"),
    path("people/<int:pk>/role/", people.role, name="role"),
    path("people/<int:pk>/remove/", people.remove, name="remove"),
    path("people/invitations/<uuid:pk>/resend/", people.resend, name="resend"),
    path("people/invitations/<uuid:pk>/withdraw/", people.withdraw, name="withdraw"),
]
