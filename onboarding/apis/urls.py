from django.urls import path

from onboarding.apis import views

app_name = "apis"
urlpatterns = [
    path("", views.apis, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:pk>/change/", views.change, name="change"),
    path("<uuid:pk>/scopes/new/", views.add_scope, name="add_scope"),
    path("scopes/<uuid:pk>/change/", views.change_scope, name="change_scope"),
    path("scopes/<uuid:pk>/remove/", views.remove_scope, name="remove_scope"),
    path("<uuid:pk>/claims/new/", views.add_claim, name="add_claim"),
    path("claims/<uuid:pk>/change/", views.change_claim, name="change_claim"),
    path("claims/<uuid:pk>/remove/", views.remove_claim, name="remove_claim"),
]
