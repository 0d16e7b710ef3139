"""The demo API over HTTP: what it gives to a good token. Refusals stand in test_access.py."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from onboarding.core.orgnumbers import is_valid
from onboarding.cpapi import directory
from tests.machines import Caller


def read(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_events_are_read_page_by_page_to_the_end(caller: Caller) -> None:
    seen, url = [], f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"
    while page := read(caller.get(url))["communicationParties"]:
        seen += [event["eventId"] for event in page]
        url = read(caller.get(url))["links"]["next"]["href"]

    everything = [event["eventId"] for event in directory.all_events()]
    assert seen == everything
    assert len(seen) > directory.PAGE


def test_the_last_page_leads_to_itself(caller: Caller) -> None:
    last = directory.newest_event()["eventId"]
    url = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents?EventId={last}"

    assert read(caller.get(url)) == {"communicationParties": [], "links": {"next": {"href": url}}}


def test_an_event_has_the_names_that_callers_know(caller: Caller) -> None:
    event = read(caller.get("CommunicationPartyEvents"))["communicationParties"][0]

    assert set(event) == {
        "eventId",
        "fromDatetime",
        "herId",
        "orgNr",
        "eventType",
        "communicationParty",
    }
    assert event["eventType"] == "CommunicationPartyCreated"
    assert set(event["communicationParty"]) == {"HerId", "Name", "Type", "Active", "Valid"}
    assert set(event["communicationParty"]["Valid"]) == {"From", "To"}


def test_the_export_is_what_the_events_lead_to(caller: Caller) -> None:
    export = read(caller.get("CommunicationPartyExport"))

    assert export["lastEventId"] == directory.newest_event()["eventId"]
    assert export["lastDateTimeOffset"] == directory.newest_event()["fromDatetime"]
    names = {party["HerId"]: party["Name"] for party in export["communicationParties"]}
    assert names[93214] == "Solsiden apotek og helse"
    assert len(names) == len(export["communicationParties"])


@pytest.mark.parametrize(
    ("event_id", "status"), [("abc", 400), ("", 400), (str(uuid4()), 404), ("93210", 400)]
)
def test_an_event_that_is_none(caller: Caller, event_id: str, status: int) -> None:
    answer = caller.get(f"CommunicationPartyEvents?EventId={event_id}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_organisation_numbers_are_possible_ones() -> None:
    assert all(is_valid(event["orgNr"]) for event in directory.all_events())
