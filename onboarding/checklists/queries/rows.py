"""One thing that production takes, as the preflight shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onboarding.apis.models import Api
from onboarding.suppliers.states import Errand
from onboarding.systems.models import Revision

Judged = Revision | Api


@dataclass(frozen=True)
class Row:
    """One thing that production takes: how it stands, since when, and who does what about it.

    `state` is the key of the icon, `word` says it. `view` and `args` name the page of the fix,
    below the environment and the organisation; `action` is the text of the link, or of a button
    where `is_act`. `errand` is what a link hands over, None where that would help nobody. What
    `is_later` can only be there after the approval.
    """

    key: str
    state: str
    word: str
    title: str
    note: str
    since: datetime | None = None
    view: str = ""
    args: tuple[object, ...] = ()
    action: str = ""
    errand: Errand | None = None
    is_act: bool = False
    is_later: bool = False

    @property
    def is_met(self) -> bool:
        return self.state == "ok"


def owner_of(judged: Judged) -> int:
    """Return the organisation that takes it to production."""
    return judged.system.organization_id if isinstance(judged, Revision) else judged.organization_id
