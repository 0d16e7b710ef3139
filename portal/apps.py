from django.apps import AppConfig


class Config(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers them; not before the settings are there.
        from portal import checks  # noqa: F401, PLC0415 - imported for what it registers
