"""What the pages of checklists and evidence ask for."""

from onboarding.checklists.forms.evidence import AddFile, AddLink, BeginPeriod, ChooseClients
from onboarding.checklists.forms.items import EditItem

__all__ = ["AddFile", "AddLink", "BeginPeriod", "ChooseClients", "EditItem"]
