"""What people paste, in the many ways in which tools write one and the same request."""

from __future__ import annotations

import pytest

from onboarding.diagnosis.pasted import FORM, Kind, Request, Unreadable, recognize
from onboarding.jose import b64

URL = "https://hid.example/test/sts/connect/token"
BODY = "grant_type=client_credentials&client_assertion=a.b.c"
SENT = Request("POST", URL, {"content-type": FORM, "dpop": "d.e.f"}, BODY)


def jwt(header: str, claims: str) -> str:
    return f"{b64.encode(header.encode())}.{b64.encode(claims.encode())}.c2ln"


ASSERTION = jwt('{"typ":"client-authentication+jwt"}', '{"iss":"x","sub":"x","aud":"y"}')
PROOF = jwt('{"typ":"dpop+jwt"}', '{"htm":"POST","htu":"https://a"}')
TOKEN = jwt('{"typ":"at+jwt"}', '{"sub":"x","client_id":"x"}')


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ASSERTION, Kind.ASSERTION),
        (f"  {ASSERTION}\n", Kind.ASSERTION),
        (f'"{ASSERTION}",', Kind.ASSERTION),
        (f"{ASSERTION[:30]}\n  {ASSERTION[30:]}", Kind.ASSERTION),
        (jwt('{"typ":"dpop+jwt"}', '{"iss":"x","sub":"x"}'), Kind.ASSERTION),
        (jwt('{"typ":"at+jwt"}', '{"iss":"x","sub":"x"}'), Kind.ASSERTION),
        ("a.b.c", Kind.ASSERTION),
        (PROOF, Kind.PROOF),
        (f"DPoP: {PROOF}", Kind.PROOF),
        (jwt('{"typ":"JWT"}', '{"htm":"POST"}'), Kind.PROOF),
        (jwt('{"typ":"dpop+jwt"}', "{}"), Kind.PROOF),
        (TOKEN, Kind.TOKEN),
        (f"Authorization: DPoP {TOKEN}", Kind.TOKEN),
        (f"Bearer {TOKEN}", Kind.TOKEN),
        (jwt('{"typ":"JWT"}', '{"sub":"x","scope":["a"]}'), Kind.TOKEN),
    ],
)
def test_one_token_is_known_by_what_it_says(text: str, kind: Kind) -> None:
    found = recognize(text)

    assert found.kind == kind
    assert found.request is None
    assert found.token.count(".") == 2
    assert " " not in found.token


@pytest.mark.parametrize(
    "text",
    [
        f"curl -X POST {URL} -H 'DPoP: d.e.f' -d '{BODY}'",
        f'curl "{URL}" --header "dpop:d.e.f" --data-raw "{BODY}"',
        f"curl -s -i --compressed -XPOST --url {URL} -H'DPoP: d.e.f' -d{BODY.replace('&', ' -d')}",
        f"$ curl --url={URL} --request=POST --header='DPoP: d.e.f' --data='{BODY}'",
        f"curl {URL} \\\n  -H 'DPoP: d.e.f' \\\n  -d grant_type=client_credentials \\\n"
        "  -d client_assertion=a.b.c",
        f'curl {URL} ^\r\n  -H "DPoP: d.e.f" ^\r\n  -d "{BODY}"',
        f"curl {URL} -o /dev/null -H $'DPoP: d.e.f' --data-urlencode "
        "grant_type=client_credentials --data-urlencode client_assertion=a.b.c",
        f"POST {URL} HTTP/1.1\r\nContent-Type: {FORM}\r\nDPoP: d.e.f\r\n\r\n{BODY}",
        f"POST {URL}\nDPoP: d\n  .e.f\nContent-Type: {FORM}\n\n"
        "grant_type=client_credentials\n  &client_assertion=a.b.c\n",
    ],
)
def test_a_request_is_the_same_however_it_is_written(text: str) -> None:
    found = recognize(text)

    assert found.kind == Kind.REQUEST
    assert found.request == SENT


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (BODY, Request("POST", "", {"content-type": FORM}, BODY)),
        (f"curl {URL}", Request("GET", URL, {}, "")),
        (
            f"curl -u me:secret -d a=b {URL}",
            Request("POST", URL, {"authorization": "Basic", "content-type": FORM}, "a=b"),
        ),
        (
            f"curl -d a=b {URL} -H 'DPoP: one' -H 'DPoP: two' -H 'Content-Type: text/plain'",
            Request("POST", URL, {"dpop": "one,two", "content-type": "text/plain"}, "a=b"),
        ),
        (
            f"curl {URL} --data-urlencode 'scope=a b/c'",
            Request("POST", URL, {"content-type": FORM}, "scope=a+b%2Fc"),
        ),
    ],
)
def test_what_a_request_says_is_kept(text: str, request_: Request) -> None:
    assert recognize(text).request == request_


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hei", "unknown"),
        ("a.b", "unknown"),
        ("POST /x HTTP/1.1\nthis is no header\n\na=b", "unknown"),
        (f"curl {URL} -d 'a=b", "quotes"),
        (f"curl {URL} -d @body.txt", "file"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        recognize(text)

    assert refused.value.reason == reason
