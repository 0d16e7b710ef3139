from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.traffic"
    default_auto_field = "django.db.models.BigAutoField"
