"""Addresses of the checklist itself, which is nobody's organisation's."""

from django.urls import URLPattern, path

from onboarding.checklists.views import versions

app_name = "checklists"
urlpatterns: list[URLPattern] = [
    path("", versions.index, name="index"),
    path("<int:number>/", versions.version, name="version"),
    path("draft/", versions.draft, name="draft"),
    path("draft/begin/", versions.begin, name="begin"),
    path("draft/publish/", versions.publish, name="publish"),
    path("draft/discard/", versions.discard, name="discard"),
    path("draft/items/new/", versions.new, name="new"),
    path("draft/items/<str:key>/", versions.edit, name="edit"),
    path("draft/items/<str:key>/remove/", versions.remove, name="remove"),
]
