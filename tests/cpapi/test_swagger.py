"""Swagger UI in a real browser: Authorize takes a token, and the API answers on the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from tests.browsing import Problems
from tests.machines import Caller, claims_of, header_of, issuer_key, make_machine, resign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def caller(transactional_db: None, live_server: Any) -> Caller:
    machine = make_machine().meet()
    return Caller(machine, machine.token())


def authorize(page: Page, **values: str) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    for name, value in values.items():
        scheme: Locator = page.locator(".auth-container").filter(has_text=name)
        scheme.locator("input").fill(value)
        scheme.get_by_role("button", name="Apply credentials").or_(
            scheme.get_by_role("button", name="Authorize")
        ).first.click()
    page.locator(".modal-ux .close-modal").click()


def call(page: Page) -> Any:
    page.locator(".opblock-summary-control").first.click()
    page.get_by_role("button", name="Execute").click()
    live = page.locator(".live-responses-table")
    expect(live).to_be_visible()
    return live.locator(".response-col_status").last.inner_text()


def test_a_bound_token_and_a_proof(page: Page, caller: Caller) -> None:
    page.goto(f"{caller.base}docs")
    authorize(page, dpop_token=f"DPoP {caller.token}", dpop_proof=caller.proof())

    assert call(page).startswith("200")
    expect(page.locator(".live-responses-table")).to_contain_text("Fjordbyen legekontor")


def test_a_token_that_is_not_bound_where_the_api_takes_it(page: Page, caller: Caller) -> None:
    Api.objects.update(dpop=Dpop.ALLOWED)
    claims = {name: value for name, value in claims_of(caller.token).items() if name != "cnf"}
    token = resign(header_of(caller.token), json.dumps(claims).encode(), issuer_key("test"))
    page.goto(f"{caller.base}docs")
    authorize(page, bearer=token)

    assert call(page).startswith("200")


def test_a_bound_token_as_bearer_is_refused(page: Page, caller: Caller, problems: Problems) -> None:
    problems.allow("status of 401")
    page.goto(f"{caller.base}docs")
    authorize(page, bearer=caller.token)

    assert call(page).startswith("401")
    expect(page.locator(".live-responses-table")).to_contain_text("invalid_token")
