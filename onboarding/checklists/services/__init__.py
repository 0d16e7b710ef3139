"""What is done to checklists and evidence."""

from onboarding.checklists.services.key_changes import note_key_changes
from onboarding.checklists.services.subjects import (
    begin_period,
    keep_periods,
    name_clients,
    take_up,
)

__all__ = ["begin_period", "keep_periods", "name_clients", "note_key_changes", "take_up"]
