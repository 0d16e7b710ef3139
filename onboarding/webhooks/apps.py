from django.apps import AppConfig


class Config(AppConfig):
    name = "onboarding.webhooks"
    default_auto_field = "django.db.models.BigAutoField"
