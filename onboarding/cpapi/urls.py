from django.urls import URLPattern

app_name = "cpapi"
urlpatterns: list[URLPattern] = []
