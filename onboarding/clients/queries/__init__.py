"""Reads over client configurations."""

from onboarding.clients.queries.configurations import (
    blank_file,
    configuration,
    configuration_file,
    configuration_hash,
    granted_scopes,
)

__all__ = [
    "blank_file",
    "configuration",
    "configuration_file",
    "configuration_hash",
    "granted_scopes",
]
