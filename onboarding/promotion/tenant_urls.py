from django.urls import path

from onboarding.promotion.views import acts, cases, live

app_name = "promotion"
urlpatterns = [
    path("", cases.listing, name="list"),
    path("changes/", cases.changes, name="changes"),
    path("systems/<uuid:pk>/begin/", cases.begin_system, name="begin_system"),
    path("apis/<uuid:pk>/begin/", cases.begin_api, name="begin_api"),
    path("<uuid:pk>/", cases.case, name="case"),
    path("<uuid:pk>/answers/<str:item>/", acts.answer, name="answer"),
    path("<uuid:pk>/comments/", acts.comment, name="comment"),
    path("<uuid:pk>/addresses/", acts.addresses, name="addresses"),
    path("<uuid:pk>/newest/", acts.newest, name="newest"),
    path("<uuid:pk>/submit/", acts.submit, name="submit"),
    path("<uuid:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("<uuid:pk>/dossier/", cases.dossier, name="dossier"),
    path("<uuid:pk>/live/", live.go_live, name="go_live"),
    path("releases/<uuid:pk>/", live.release, name="release"),
    path("releases/<uuid:pk>/back/", live.roll_back, name="roll_back"),
]
