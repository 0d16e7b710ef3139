"""The shapes of the API, in the names that its callers know."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel, to_pascal


class Camel(Schema):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Pascal(Schema):
    model_config = ConfigDict(alias_generator=to_pascal, populate_by_name=True)


class Period(Pascal):
    from_: datetime
    to: datetime | None

    model_config = ConfigDict(
        alias_generator=lambda name: to_pascal(name.rstrip("_")), populate_by_name=True
    )


class CommunicationParty(Pascal):
    her_id: int
    name: str
    type: Literal["Organization", "Service", "Person"]
    active: bool
    valid: Period


class CommunicationPartyEvent(Camel):
    event_id: UUID
    from_datetime: datetime
    her_id: int
    org_nr: str
    event_type: Literal["CommunicationPartyCreated", "CommunicationPartyUpdated"]
    communication_party: CommunicationParty


class Position(Pascal):
    """The last event that the caller has seen; none for the beginning."""

    event_id: UUID | None = None


class Link(Camel):
    href: str


class Links(Camel):
    next: Link


class Events(Camel):
    communication_parties: list[CommunicationPartyEvent]
    links: Links


class Export(Camel):
    last_date_time_offset: datetime
    last_event_id: UUID
    communication_parties: list[CommunicationParty]


class Problem(Schema):
    """RFC 9457. `code` names the check that failed, as the portal's error pages do."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = ""
