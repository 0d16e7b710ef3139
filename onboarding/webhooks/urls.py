from django.urls import URLPattern, path

from onboarding.webhooks.views import deliveries, endpoints

app_name = "webhooks"
urlpatterns: list[URLPattern] = [
    path("", endpoints.listing, name="list"),
    path("new/", endpoints.new, name="new"),
    path("catalogue/", endpoints.catalogue, name="catalogue"),
    path("<uuid:pk>/", endpoints.endpoint, name="endpoint"),
    path("<uuid:pk>/change/", endpoints.change, name="change"),
    path("<uuid:pk>/secret/", endpoints.rotate, name="rotate"),
    path("<uuid:pk>/stop/", endpoints.stop, name="stop"),
    path("<uuid:pk>/start/", endpoints.start, name="start"),
    path("<uuid:pk>/remove/", endpoints.remove, name="remove"),
    path("<uuid:pk>/test/", deliveries.test, name="test"),
    path("<uuid:pk>/replay/", deliveries.replay_failed, name="replay_failed"),
    path("<uuid:pk>/deliveries/<uuid:delivery>/", deliveries.delivery, name="delivery"),
    path("<uuid:pk>/deliveries/<uuid:delivery>/replay/", deliveries.replay, name="replay"),
]
