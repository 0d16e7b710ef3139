"""Addresses of one organisation: its people, and how it stands with the platform."""

from django.urls import URLPattern, URLResolver, include, path

from onboarding.suppliers.views import approval, contacts, handovers, people, terms

PEOPLE: list[URLPattern] = [
    path("", people.people, name="list"),
    path("invite/", people.invite, name="invite"),
    path("<int:pk>/", people.member, name="member"),
    path("<int:pk>/role/", people.role, name="role"),
    path("<int:pk>/signatory/", people.signatory, name="signatory"),
    path("<int:pk>/remove/", people.remove, name="remove"),
    path("invitations/<uuid:pk>/resend/", people.resend, name="resend"),
    path("invitations/<uuid:pk>/withdraw/", people.withdraw, name="withdraw"),
]
APPROVAL: list[URLPattern] = [
    path("", approval.own, name="own"),
    path("<slug:act>/", approval.own_step, name="step"),
]
TERMS: list[URLPattern] = [
    path("", terms.own, name="own"),
    path("<uuid:pk>/accept/", terms.accept, name="accept"),
    path("receipts/<uuid:pk>/", terms.receipt, name="receipt"),
]
CONTACTS: list[URLPattern] = [
    path("", contacts.contacts, name="list"),
    path("new/", contacts.add, name="add"),
    path("follow/", contacts.follow, name="follow"),
    path("<uuid:pk>/again/", contacts.again, name="again"),
    path("<uuid:pk>/remove/", contacts.remove, name="remove"),
    path("changes/<uuid:pk>/acknowledge/", contacts.acknowledge, name="acknowledge"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", include((PEOPLE, "people"))),
    path("supplier/", include((APPROVAL, "approval"))),
    path("terms/", include((TERMS, "terms"))),
    path("contacts/", include((CONTACTS, "contacts"))),
    path("handover/<slug:errand>/", handovers.new, name="handover_new"),
]
