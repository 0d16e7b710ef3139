"""Addresses of evidence, below an organisation: of its client systems and its APIs."""

from django.urls import URLPattern, path

from onboarding.checklists.views import evidence, materials, ready

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("systems/<uuid:pk>/production/", ready.system, name="ready_system"),
    path("apis/<uuid:pk>/production/", ready.api, name="ready_api"),
    path("systems/<uuid:pk>/production/ask/", ready.ask_consent, name="ask_consent"),
    path("systems/<uuid:pk>/production/hand/<slug:key>/", ready.hand_system, name="hand_system"),
    path("apis/<uuid:pk>/production/hand/<slug:key>/", ready.hand_api, name="hand_api"),
    path("systems/<uuid:pk>/evidence/", evidence.system, name="system"),
    path("systems/<uuid:pk>/evidence/clients/", evidence.clients, name="clients"),
    path("systems/<uuid:pk>/evidence/period/", evidence.period, name="period"),
    path(
        "systems/<uuid:pk>/evidence/clients/<uuid:client_id>/token-life/",
        evidence.token_life,
        name="token_life",
    ),
    path("apis/<uuid:pk>/evidence/", evidence.api, name="api"),
    path("apis/<uuid:pk>/evidence/begin/", evidence.begin, name="begin"),
    path("evidence/<uuid:pk>/items/<str:key>/", materials.item, name="item"),
    path("evidence/<uuid:pk>/items/<str:key>/file/", materials.add_file, name="add_file"),
    path("evidence/<uuid:pk>/items/<str:key>/link/", materials.add_link, name="add_link"),
    path("evidence/materials/<uuid:pk>/", materials.download, name="download"),
    path("evidence/materials/<uuid:pk>/withdraw/", materials.withdraw, name="withdraw"),
]
