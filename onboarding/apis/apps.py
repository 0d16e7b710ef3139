from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.apis"
    default_auto_field = "django.db.models.BigAutoField"
