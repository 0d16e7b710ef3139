from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.smoketests"
    default_auto_field = "django.db.models.BigAutoField"
