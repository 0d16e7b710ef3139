from django.urls import URLPattern, path

from onboarding.notices import views

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("<uuid:pk>/", views.notice, name="notice"),
]
