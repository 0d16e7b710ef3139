"""Addresses of webhooks: which may be typed, who may, and what the pages show."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core import egress
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.webhooks import services, signing
from onboarding.webhooks.kinds import KINDS
from onboarding.webhooks.models import Delivery, Endpoint
from tests.constants import NOON
from tests.factories import make_delivery, make_endpoint, make_organization, make_user
from tests.webhooks.conftest import Receiver, answering

pytestmark = pytest.mark.django_db
PUBLIC = "93.184.215.14"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; a name that is not here does not exist."""
    known = {"hook.example.no": [PUBLIC], "hook2.example.no": [PUBLIC]}

    def resolve(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            raise socket.gaierror
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, 0))
            for each in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def add(
    acme: Organization, by: User, url: str = "https://hook.example.no/in", **changes: Any
) -> Any:
    given = {"name": "Krok", "kinds": ["client.confirmed"], "environment": "test"} | changes
    return services.add(organization_id=acme.pk, url=url, by=actor_for(by), at=NOON, **given)


# Rows of part S: what is typed, and what the name resolves to.
REFUSED = {
    "S01-http": "http://hook.example.no/",
    "S01-ftp": "ftp://hook.example.no/",
    "S01-file": "file:///etc/passwd",
    "S01-gopher": "gopher://hook.example.no/",
    "S01-javascript": "javascript:alert(1)",
    "S01-upper": "HTTP://hook.example.no/",
    "S02-port": "https://hook.example.no:8443/",
    "S02-ssh": "https://hook.example.no:22/",
    "S03-userinfo": "https://good@hook.example.no/",
    "S03-backslash": "https://hook.example.no\\@evil.example/",
    "S03-tab": "https://hook.exa\tmple.no/",
    "S03-nul": "https://hook.example.no%00.evil.example/",
    "S03-slash": "https://good%2f@hook.example.no/",
    "S04-dotted": "https://127.0.0.1/",
    "S04-octal": "https://0177.0.0.1/",
    "S04-hex": "https://0x7f.1/",
    "S04-decimal": "https://2130706433/",
    "S04-short": "https://127.1/",
    "S04-v6": "https://[::1]/",
    "S04-mapped": "https://[::ffff:7f00:1]/",
    "S06-localhost": "https://localhost/",
    "S06-local": "https://printer.local/",
    "S06-internal": "https://metadata.google.internal/",
    "S06-label": "https://intranet/",
    "S25-ours": "http://localhost:8000/test/cp-api/",
    "S28-crlf": "https://hook.example.no/\r\nX-Evil: 1",
    "unknown": "https://nowhere.example.no/",
}
PRIVATE = {
    "S07-loopback": "127.0.0.1",
    "S07-ten": "10.1.2.3",
    "S07-172": "172.16.0.1",
    "S07-192": "192.168.1.1",
    "S07-link": "169.254.169.254",
    "S07-zero": "0.0.0.0",  # noqa: S104 - an address to be refused
    "S07-special": "192.0.0.8",
    "S07-bench": "198.18.0.1",
    "S07-cgnat": "100.64.0.1",
    "S07-240": "240.0.0.1",
    "S09-multicast": "224.0.0.1",
    "S09-v6": "ff02::1",
    "S11-azure": "168.63.129.16",
    "S11-ec2": "fd00:ec2::254",
}


@pytest.mark.parametrize("row", REFUSED)
def test_address_is_refused_when_saved_in_one_sentence(
    acme: Organization, alice: User, names: dict[str, list[str]], row: str, settings: Settings
) -> None:
    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL]
    with pytest.raises(Invalid) as caught:
        add(acme, alice, REFUSED[row])

    assert str(caught.value).startswith("Vi kan ikke sende til denne adressen.")
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("row", PRIVATE)
def test_name_of_a_private_address_is_refused_when_saved(
    acme: Organization, alice: User, names: dict[str, list[str]], row: str
) -> None:
    names["inner.example.no"] = [PUBLIC, PRIVATE[row]]

    with pytest.raises(Invalid) as caught:
        add(acme, alice, "https://inner.example.no/")

    assert str(caught.value).startswith("Vi kan ikke sende til denne adressen.")


@pytest.mark.parametrize("row", PRIVATE)
def test_name_that_turned_private_is_refused_when_used(
    acme: Organization, alice: User, names: dict[str, list[str]], row: str
) -> None:
    """S13: what was public when it was saved need not be so when it is used."""
    endpoint = add(acme, alice).endpoint
    names["hook.example.no"] = [PRIVATE[row]]
    delivery = make_delivery(endpoint)

    services.deliver(delivery_id=delivery.pk, at=timezone.now())

    delivery.refresh_from_db()
    assert (delivery.failure, delivery.last_status) == ("egress.refused", None)


def test_s25_the_portal_itself_is_refused_when_used(
    acme: Organization, settings: Settings, receiver: Receiver
) -> None:
    settings.BASE_URL = receiver.server.origin
    settings.EGRESS_OWN_ORIGINS = [receiver.server.origin]
    delivery = make_delivery(make_endpoint(acme, url=receiver.url))

    services.deliver(delivery_id=delivery.pk, at=timezone.now())

    delivery.refresh_from_db()
    assert delivery.failure == "egress.refused"
    assert receiver.received == []
    assert egress.send("GET", receiver.url).status == 204  # for the portal's own use it is open


def test_s20_nothing_of_ours_travels_along(acme: Organization, receiver: Receiver) -> None:
    delivery = make_delivery(make_endpoint(acme, url=receiver.url))
    services.deliver(delivery_id=delivery.pk, at=timezone.now())

    [(headers, _body)] = receiver.received
    assert set(headers) == {
        *("host", "user-agent", "accept-encoding", "connection", "content-length"),
        *("content-type", "webhook-id", "webhook-timestamp", "webhook-signature"),
    }


def test_secret_is_shown_once_and_checks(
    client: Client, acme: Organization, alice: User, names: dict[str, list[str]]
) -> None:
    client.force_login(alice)
    form = {"name": "Krok", "url": "https://hook.example.no/in", "kinds": ["client.confirmed"]}

    answer = client.post(reverse("webhooks:new", args=["test", acme.number]), form)

    assert answer.status_code == 200
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", answer.content.decode())
    endpoint = Endpoint.objects.get()
    page = client.get(reverse("webhooks:endpoint", args=["test", acme.number, endpoint.pk]))
    assert "whsec_" not in page.content.decode()
    assert signing.headers("msg_1", 1, b"{}", [secret])["webhook-signature"].startswith("v1,")
    assert Event.objects.get().kind == "webhook.added"


def test_same_address_twice_and_one_too_many(
    acme: Organization, alice: User, names: dict[str, list[str]]
) -> None:
    add(acme, alice)
    with pytest.raises(Invalid, match="fra før"):
        add(acme, alice)
    for _ in range(9):
        make_endpoint(acme)
    with pytest.raises(NotPossibleNow):
        add(acme, alice, "https://hook2.example.no/")


@pytest.mark.parametrize("who", ["bob", "charlie", "rita"])
def test_who_may_not_add(
    acme: Organization,
    request: pytest.FixtureRequest,
    names: dict[str, list[str]],
    who: str,
) -> None:
    with pytest.raises(NotPermitted):
        add(acme, request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Forventet et navn"),
        ({"url": ""}, "Forventet en adresse"),
        ({"kinds": []}, "Velg minst én"),
        ({"kinds": ["client.unknown"]}, "client.unknown"),
        ({"url": "https://127.0.0.1/"}, "Vi kan ikke sende til denne adressen"),
    ],
)
def test_form_says_what_is_wrong(
    client: Client,
    acme: Organization,
    alice: User,
    names: dict[str, list[str]],
    changes: dict[str, Any],
    says: str,
) -> None:
    client.force_login(alice)
    form = {"name": "Krok", "url": "https://hook.example.no/", "kinds": ["client.confirmed"]}

    answer = client.post(reverse("webhooks:new", args=["test", acme.number]), form | changes)

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_change_is_kept_and_logged(
    client: Client, acme: Organization, alice: User, names: dict[str, list[str]]
) -> None:
    endpoint = make_endpoint(acme)
    client.force_login(alice)
    form = {"name": "Nytt", "url": "https://hook2.example.no/", "kinds": ["key.expiring"]}

    client.post(reverse("webhooks:change", args=["test", acme.number, endpoint.pk]), form)

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.kinds) == ("Nytt", ["key.expiring"])
    assert Event.objects.get().kind == "webhook.changed"


def test_pages_of_an_address_and_a_delivery(
    client: Client, acme: Organization, alice: User, receiver: Receiver
) -> None:
    receiver.answer = answering(503)
    endpoint = make_endpoint(acme, url=receiver.url, name="Krok <b>")
    delivery = make_delivery(endpoint, body=json.dumps({"type": "x", "data": {"a": "<i>"}}))
    services.deliver(delivery_id=delivery.pk, at=timezone.now())
    make_delivery(endpoint, status="failed")
    client.force_login(alice)

    listed = client.get(reverse("webhooks:list", args=["test", acme.number])).content.decode()
    page = client.get(reverse("webhooks:endpoint", args=["test", acme.number, endpoint.pk]))
    shown = client.get(
        reverse("webhooks:delivery", args=["test", acme.number, endpoint.pk, delivery.pk])
    )

    assert "Krok &lt;b&gt;" in listed
    assert "1 melding er gitt opp" in listed
    text = page.content.decode()
    assert "503" in text
    assert "Send 1 feilet melding på nytt" in text
    text = shown.content.decode()
    assert "Mottakeren tok ikke imot. Vi prøver igjen." in text
    assert "&lt;i&gt;" in text
    assert delivery.message_id in text


def test_catalogue_names_every_kind(client: Client, acme: Organization, bob: User) -> None:
    client.force_login(bob)

    page = client.get(reverse("webhooks:catalogue", args=["test", acme.number])).content.decode()

    assert all(name in page for name in KINDS)


def test_delivery_of_another_address_is_not_found(
    client: Client, acme: Organization, alice: User
) -> None:
    mine, other = make_endpoint(acme), make_endpoint(acme)
    theirs = make_delivery(make_endpoint(make_organization()))
    client.force_login(alice)

    for delivery in (make_delivery(other), theirs):
        address = reverse("webhooks:delivery", args=["test", acme.number, mine.pk, delivery.pk])
        assert client.get(address).status_code == 404


def test_removing_takes_all_with_it(client: Client, acme: Organization, alice: User) -> None:
    endpoint = make_endpoint(acme, by=make_user())
    make_delivery(endpoint)
    client.force_login(alice)

    client.post(reverse("webhooks:remove", args=["test", acme.number, endpoint.pk]))

    assert not Endpoint.objects.exists()
    assert not Delivery.objects.exists()
    assert Event.objects.get().kind == "webhook.removed"
