from django.urls import include, path

from onboarding.clients.views import acts, listing, wizard

app_name = "clients"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/", listing.new, name="new"),
    path("", include("onboarding.clients.access_urls")),
    path("<uuid:pk>/setup/", wizard.setup, name="setup"),
    path("<uuid:pk>/setup/organization/", wizard.organization, name="organization"),
    path("<uuid:pk>/setup/system/", wizard.system, name="system"),
    path("<uuid:pk>/setup/scopes/", wizard.scopes, name="scopes"),
    path("<uuid:pk>/setup/claims/", wizard.claims, name="claims"),
    path("<uuid:pk>/discard/", acts.discard, name="discard"),
    path("<uuid:pk>/stop/", acts.stop, name="stop"),
    path("<uuid:pk>/resume/", acts.resume, name="resume"),
    path("<uuid:pk>/file/", acts.file, name="file"),
]
