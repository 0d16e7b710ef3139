"""The requests of a token test and their answers; whatever goes wrong becomes a finding."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

from onboarding.core import egress
from onboarding.jose.checks import printable
from onboarding.jose.strict import BadJson, strict_json
from onboarding.smoketests.evidence import request_text
from onboarding.smoketests.states import StepStatus

LARGE = 256 * 1024
# A test takes no longer than this, however slow the servers: well within a worker's lease, so
# that nobody else takes over a test that is alive.
LONGEST_TEST = 18.0  # seconds


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
        Outcome(StepStatus.FAILED, sent, received, code, expected[:300], printable(found))
    )


@dataclass(frozen=True)
class Exchange:
    """Sends the requests of one test, all of them before `until` (on the monotonic clock)."""

    until: float

    def send(self, method: str, url: str, sent: str, **options: Any) -> egress.Answer:
        """Return the answer; no answer, or one that leads elsewhere, ends the step."""
        left = self.until - time.monotonic()
        if left <= 0:
            stop("test.too_slow", f"≤ {LONGEST_TEST:.0f} s", "", sent=sent)
        try:
            answer = egress.send(method, url, seconds=left, **options)
        except egress.Failed as error:
            is_ours = error.code == "egress.timeout" and time.monotonic() >= self.until
            code = "test.too_slow" if is_ours else error.code
            stop(code, "", urlsplit(url).hostname or "", sent=sent)
        if 300 <= answer.status < 400:
            self._redirected(answer, sent)
        return answer

    def get(self, url: str) -> tuple[egress.Answer, str]:
        """Fetch JSON that has to be there; return the answer and how the request looked."""
        headers = {"Accept": "application/json"}
        sent = request_text("GET", url, headers, {})
        answer = self.send("GET", url, sent, headers=headers, limit=LARGE)
        if answer.status != 200:
            stop("test.status", "200", answer.status, sent=sent, received=str(answer.status))
        return answer, sent

    @staticmethod
    def _redirected(answer: egress.Answer, sent: str) -> NoReturn:
        try:
            host = urlsplit(answer.headers.get("location", "")).netloc
        except ValueError:
            host = ""
        found = printable(f"{answer.status} {host}".strip())
        stop("test.redirect", "200", found, sent=sent, received=found)


def json_object(answer: egress.Answer, sent: str) -> dict[str, Any]:
    """Return the answer's JSON object; anything else ends the step without showing the body."""
    try:
        body = strict_json(answer.body)
    except BadJson:
        body = None
    if not isinstance(body, dict):
        kind = answer.headers.get("content-type", "")
        found = printable(f"{answer.status} {kind}".strip())
        stop("test.not_json", "application/json", found, sent=sent, received=found)
    return body


def skew(answer: egress.Answer) -> int:
    """Return how many seconds our clock is ahead of the server's, by its Date header."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return 0
    return int(time.time() - theirs)
