from django.urls import URLPattern, path

from onboarding.accounts import views

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="login"),
    path("login/demo/", views.demo_login, name="demo_login"),
    path("logout/", views.logout, name="logout"),
    path("profile/", views.profile, name="profile"),
    path("profile/email/<str:token>/", views.email, name="email"),
]
