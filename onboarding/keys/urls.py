"""Addresses below a client's own (/clients/<id>/)."""

from django.urls import path

from onboarding.keys.views import keys, new, proof, setup

app_name = "keys"
urlpatterns = [
    path("setup/key/", new.choose, name="choose"),
    path("setup/check/", setup.check, name="check"),
    path("keys/", keys.panel, name="panel"),
    path("keys/new/", new.add, name="add"),
    path("keys/<uuid:key>/prove/", proof.prove, name="prove"),
    path("keys/<uuid:key>/revoke/", keys.revoke, name="revoke"),
    path("keys/makings/<uuid:making>/deliver/", keys.deliver, name="deliver"),
    path("keys/makings/<uuid:making>/again/", keys.make_again, name="again"),
]
