"""One request of a token test and its answer; whatever goes wrong becomes a finding."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

from onboarding.core import egress
from onboarding.jose.strict import BadJson, strict_json
from onboarding.smoketests.evidence import request_text
from onboarding.smoketests.states import StepStatus

LARGE = 256 * 1024


class Outcome(NamedTuple):
    """How a step went. `code` names the finding of a failure or a remark."""

    status: StepStatus = StepStatus.PASSED
    sent: str = ""
    received: str = ""
    code: str = ""
    expected: str = ""
    found: str = ""


class Stopped(Exception):
    """The step failed; the outcome says how."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


def stop(
    code: str, expected: str, found: object, *, sent: str = "", received: str = ""
) -> NoReturn:
    """End the step with a finding."""
    raise Stopped(
        Outcome(StepStatus.FAILED, sent, received, code, expected[:300], str(found)[:300])
    )


def get(url: str) -> tuple[egress.Answer, str]:
    sent = request_text("GET", url, {"Accept": "application/json"}, {})
    answer = send("GET", url, sent, headers={"Accept": "application/json"}, limit=LARGE)
    if answer.status != 200:
        stop("test.status", "200", answer.status, sent=sent, received=str(answer.status))
    return answer, sent


def send(method: str, url: str, sent: str, **options: Any) -> egress.Answer:
    try:
        return egress.send(method, url, **options)
    except egress.Failed as error:
        stop(error.code, "", urlsplit(url).hostname or "", sent=sent)


def json_object(answer: egress.Answer, sent: str) -> dict[str, Any]:
    """Return the answer's JSON object; anything else ends the step without showing the body."""
    if 300 <= answer.status < 400:
        stop("test.redirect", "200", answer.status, sent=sent, received=str(answer.status))
    kind = answer.headers.get("content-type", "")
    try:
        body = strict_json(answer.body)
    except BadJson:
        body = None
    if not isinstance(body, dict):
        found = f"{answer.status} {kind}".strip()
        stop("test.not_json", "application/json", found, sent=sent, received=found)
    return body


def redacted(body: Mapping[str, Any]) -> dict[str, Any]:
    hidden = ("access_token", "refresh_token", "id_token")
    return {name: "…" if name in hidden else value for name, value in body.items()}


def skew(answer: egress.Answer) -> int:
    """Return how many seconds our clock is ahead of the server's, by its Date header."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return 0
    return int(time.time() - theirs)
