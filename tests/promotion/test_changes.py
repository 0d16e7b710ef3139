"""Which change takes which review: the table, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from onboarding.promotion import changes, content
from onboarding.promotion.changes import Need
from onboarding.systems.content import ChosenScope, Content

SYSTEM: dict[str, Any] = content.of_version(
    Content(
        name="Fyrlykta",
        application_type="web",
        tags=("epj",),
        machine_to_machine=True,
        user_login=True,
        redirect_uris=("https://epj.example/cb",),
        post_logout_uris=("https://epj.example/ut",),
        scopes=(ChosenScope("a/read", "preselected"),),
    )
)
SCOPE: dict[str, Any] = {
    "name": "a/read",
    "description": "",
    "needs_approval": True,
    "is_sensitive": False,
}
CLAIM: dict[str, Any] = {
    "claim_type": "herid",
    "label": "HER-id",
    "help_text": "",
    "is_required": True,
}
API: dict[str, Any] = {
    "kind": "api",
    "name": "Register",
    "short_name": "a",
    "description": "",
    "dpop": "allowed",
    "test_url": "",
    "scopes": [SCOPE],
    "claims": [CLAIM],
}
READ, WRITE = ["a/read", "preselected"], ["a/write", "available"]

ROWS: list[tuple[str, dict[str, Any], dict[str, Any], Need]] = [
    ("nothing", SYSTEM, {}, Need.NONE),
    ("name", SYSTEM, {"name": "Ny"}, Need.NONE),
    ("tags", SYSTEM, {"tags": ["lab"]}, Need.NONE),
    ("scope up", SYSTEM, {"scopes": [READ, WRITE]}, Need.FULL),
    ("scope down", SYSTEM, {"scopes": []}, Need.NONE),
    ("selection", SYSTEM, {"scopes": [["a/read", "available"]]}, Need.LIGHT),
    ("new host", SYSTEM, {"redirect_uris": ["https://ny.example/cb"]}, Need.FULL),
    ("new port", SYSTEM, {"redirect_uris": ["https://epj.example:8443/cb"]}, Need.FULL),
    ("new path", SYSTEM, {"redirect_uris": ["https://epj.example/ny"]}, Need.LIGHT),
    ("new logout host", SYSTEM, {"post_logout_uris": ["https://ny.example/"]}, Need.FULL),
    ("grant types", SYSTEM, {"machine_to_machine": False}, Need.FULL),
    ("refresh", SYSTEM, {"refresh_tokens": True}, Need.FULL),
    ("tenancy", SYSTEM, {"tenancy": "multi-tenant"}, Need.FULL),
    ("family", SYSTEM, {"algorithm": "ES256"}, Need.FULL),
    ("size", SYSTEM, {"algorithm": "PS512"}, Need.LIGHT),
    ("application type", SYSTEM, {"application_type": "mobile"}, Need.LIGHT),
    ("the strictest counts", SYSTEM, {"name": "Ny", "tenancy": "multi-tenant"}, Need.FULL),
    ("API name", API, {"name": "Ny", "description": "Mer"}, Need.NONE),
    ("API scope up", API, {"scopes": [SCOPE, SCOPE | {"name": "a/write"}]}, Need.FULL),
    ("API scope down", API, {"scopes": []}, Need.LIGHT),
    ("API scope described", API, {"scopes": [SCOPE | {"description": "Lese"}]}, Need.NONE),
    ("guard dropped", API, {"scopes": [SCOPE | {"needs_approval": False}]}, Need.FULL),
    ("guard added", API, {"scopes": [SCOPE | {"is_sensitive": True}]}, Need.LIGHT),
    ("DPoP up", API, {"dpop": "required"}, Need.LIGHT),
    ("DPoP down", API, {"dpop": "none"}, Need.FULL),
    ("claim up", API, {"claims": [CLAIM, CLAIM | {"claim_type": "hpr"}]}, Need.FULL),
    ("claim optional", API, {"claims": [CLAIM | {"is_required": False}]}, Need.FULL),
    ("claim reworded", API, {"claims": [CLAIM | {"label": "HER"}]}, Need.NONE),
    ("test address", API, {"test_url": "https://a.example/"}, Need.LIGHT),
]


@pytest.mark.parametrize(
    ("before", "change", "need"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_change_takes_its_review(
    before: dict[str, Any], change: dict[str, Any], need: Need
) -> None:
    assert changes.need(before, before | change) == need


def test_what_was_never_approved_takes_a_full_review() -> None:
    assert changes.need(None, SYSTEM) == Need.FULL


def test_what_no_line_names_takes_a_full_review() -> None:
    assert changes.need(API, API | {"short_name": "b"}) == Need.FULL


def test_every_line_of_the_table_is_reached() -> None:
    reached = {
        id(row)
        for _name, before, change, _need in ROWS
        for row in changes.found(before, before | change)
    }

    assert reached == {id(row) for row in changes.TABLE}
