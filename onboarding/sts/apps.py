from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.sts"
    default_auto_field = "django.db.models.BigAutoField"
