from django.urls import path

from onboarding.systems.views import automation, drafts, lists, packages

app_name = "systems"
urlpatterns = [
    path("", lists.systems, name="list"),
    path("new/", lists.new, name="new"),
    path("<uuid:pk>/settings/", lists.settings, name="settings"),
    path("<uuid:pk>/scopes/", lists.scopes, name="scopes"),
    path("<uuid:pk>/versions/", lists.versions, name="versions"),
    path("<uuid:pk>/versions/compare/", lists.compare, name="compare"),
    path("<uuid:pk>/versions/new/", drafts.new_version, name="new_version"),
    path("<uuid:pk>/automation/", automation.keys, name="automation"),
    path("<uuid:pk>/automation/<uuid:key>/end/", automation.end, name="end_key"),
    path("<uuid:pk>/packages/", packages.packages, name="packages"),
    path("<uuid:pk>/packages/<uuid:package>/end/", packages.end, name="end_package"),
    path("<uuid:pk>/draft/", drafts.resume, name="draft"),
    path("<uuid:pk>/draft/basics/", drafts.basics, name="basics"),
    path("<uuid:pk>/draft/authentication/", drafts.authentication, name="authentication"),
    path("<uuid:pk>/draft/services/", drafts.chosen_services, name="services"),
    path("<uuid:pk>/draft/check/", drafts.check, name="check"),
    path("<uuid:pk>/draft/discard/", drafts.discard, name="discard"),
]
