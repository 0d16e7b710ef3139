"""The verbs of client systems, by noun: the set-up in versions, and automation keys."""

from onboarding.systems.services.automation import end_key, make_key, note_use
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
    "make_key",
    "new_version",
    "note_use",
    "publish",
    "save_authentication",
    "save_basics",
    "save_services",
]
