from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.selfservice"
    default_auto_field = "django.db.models.BigAutoField"
