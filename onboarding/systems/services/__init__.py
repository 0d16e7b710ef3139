"""The verbs of client systems, by noun: the set-up in versions, automation keys, packages."""

from onboarding.systems.services.automation import end_key, make_key, note_use
from onboarding.systems.services.packages import end_package, make_package
from onboarding.systems.services.templates import (
    create_system,
    discard_draft,
    new_version,
    publish,
    save_authentication,
    save_basics,
    save_services,
)

__all__ = [
    "create_system",
    "discard_draft",
    "end_key",
    "end_package",
    "make_key",
    "make_package",
    "new_version",
    "note_use",
    "publish",
    "save_authentication",
    "save_basics",
    "save_services",
]
