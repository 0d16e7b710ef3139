from django.urls import URLPattern, path

from onboarding.diagnosis import views

app_name = "diagnosis"
urlpatterns: list[URLPattern] = [
    path("errors/", views.errors, name="errors"),
    # Without a slash at the end: this is what error_uri says, and people read it aloud.
    path("errors/<str:code>", views.error, name="error"),
]
