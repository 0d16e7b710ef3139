from django.urls import URLPattern

app_name = "smoketests"
urlpatterns: list[URLPattern] = []
