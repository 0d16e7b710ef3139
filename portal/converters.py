"""What stands in addresses."""

from django.urls import register_converter

from onboarding.core.environments import Environment


class EnvironmentInPath:
    regex = "|".join(Environment.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class OrganizationNumber:
    regex = "[0-9]{9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    """Make `<environment:…>` and `<orgnr:…>` available to URL patterns."""
    register_converter(EnvironmentInPath, "environment")
    register_converter(OrganizationNumber, "orgnr")
