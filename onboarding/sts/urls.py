from django.urls import URLPattern

app_name = "sts"
urlpatterns: list[URLPattern] = []
