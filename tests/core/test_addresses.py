"""Which addresses the portal calls because somebody typed them: the rows S01 to S11."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.core.addresses import Refusal, is_callable, split

REFUSED_TEXTS = {
    "S01": [
        "http://api.example.no/",
        "HTTP://api.example.no/",
        "file:///etc/passwd",
        "ftp://api.example.no/",
        "gopher://api.example.no/",
        "dict://api.example.no:11211/",
        "ldap://api.example.no/",
        "jar:https://api.example.no/!/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "//api.example.no/",
        "api.example.no",
        "",
    ],
    "S02": [
        *(f"https://api.example.no:{port}/" for port in (22, 25, 80, 6379, 5432, 8443, 9200, 0)),
        "https://api.example.no:65536/",
        "https://api.example.no:x/",
    ],
    "S03": [
        "https://good.example.no@evil.example/",
        "https://good:word@evil.example/",
        "https://@evil.example/",
        "https://evil.example\\@good.example.no/",
        "https://evil.example\\.good.example.no/",
        "https://evil\t.example/",
        "https://evil.example/\r\nHost: x",
        "https://evil.example /",
        "https://evil.example/\0",
        "https://evil%00.good.example.no/",
        "https://good.example.no%2f@evil.example/",
        "https://good.example.no%2eevil.example/",
        "https://good.example.no/#@evil.example",
        "https://évil.example/",
        "https://e_vil.example/",
        "https://evil..example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        "https://[evil.example/",
    ],
    "S04": [
        f"https://{host}/"
        for host in (
            "127.0.0.1",
            "0177.0.0.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "127.1",
            "0",
            "127.0.0.1.",
            "93.184.215.14",
            "1.2.3.4.5",
            "api.example.0x7f",
            "[::1]",
            "[::ffff:7f00:1]",
            "[::ffff:127.0.0.1]",
            "[fe80::1%25eth0]",
            "[2606:4700::1111]",
        )
    ],
    "S06": [
        f"https://{host}/"
        for host in (
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "printer.local",
            "db.internal",
            "metadata.google.internal",
            "nas.home.arpa",
            "intranet",
            "wiki.intranet",
            "router.lan",
            "db.internal.",
        )
    ],
}
# The special-purpose registries of IANA (RFC 6890), and what else no host on the net has.
SPECIAL = [
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("168.63.129.16/32", "::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96"),
        *("64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32"),
        *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]
REFUSED_ADDRESSES = {
    "S07": [
        *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "0.1.2.3", "192.0.0.8", "198.18.0.1", "198.19.9.9"),
        *("240.0.0.1", "255.255.255.255", "100.64.0.1", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("fc00::1", "fd12::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::1", "2002:a00:1::", "2001:0:7f00:1::1"),
    ],
    "S09": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "S11": ["168.63.129.16", "fd00:ec2::254", "169.254.169.254", "::ffff:168.63.129.16"],
}
V4 = [network for network in SPECIAL if network.version == 4]
V6 = [network for network in SPECIAL if network.version == 6]


def rows(table: dict[str, list[str]]) -> list[object]:
    return [
        pytest.param(text, id=f"{row}-{text[:40]!r}")
        for row, texts in table.items()
        for text in texts
    ]


@pytest.mark.parametrize("url", rows(REFUSED_TEXTS))
def test_address_that_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(Refusal):
        split(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.no",
        "https://api.example.no/",
        "https://api.example.no:443/v1/status?a=b&c=%20",
        "HTTPS://API.EXAMPLE.NO/",
        "https://xn--rkgaard-q1a.example/",
        "https://a-1.b2.example.no./x",
        "https://1password.example/",
    ],
)
def test_address_that_is_fine(url: str) -> None:
    assert split(url).hostname


@pytest.mark.parametrize("address", rows(REFUSED_ADDRESSES))
def test_address_that_a_name_may_not_resolve_to(address: str) -> None:
    assert not is_callable(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450:400f::1", "2002:101:101::"],
)
def test_address_on_the_public_net(address: str) -> None:
    assert is_callable(address)


def test_s11_own_public_address_is_refused_when_the_operator_names_it() -> None:
    assert not is_callable("93.184.215.14", ["93.184.215.0/24", "2a00:1450::/32"])
    assert not is_callable("2a00:1450:400f::1", ["93.184.215.0/24", "2a00:1450::/32"])
    assert not is_callable("2002:5db8:d70e::1", ["93.184.215.0/24"])
    assert is_callable("93.184.216.14", ["93.184.215.0/24", "2a00:1450::/32"])


@given(st.ip_addresses(v=4))
def test_any_v4_address_is_callable_unless_a_registry_says_otherwise(
    address: ipaddress.IPv4Address,
) -> None:
    assert is_callable(str(address)) is not any(address in network for network in V4)


@given(st.ip_addresses(v=6))
def test_any_v6_address_is_callable_only_among_global_unicast(
    address: ipaddress.IPv6Address,
) -> None:
    is_special = any(address in network for network in V6)
    leads_to = address.sixtofour
    is_special |= leads_to is not None and not is_callable(str(leads_to))
    is_global_unicast = address in ipaddress.IPv6Network("2000::/3")

    assert is_callable(str(address)) is (is_global_unicast and not is_special)


@given(st.sampled_from(SPECIAL).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_address_of_a_special_network_is_callable(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert not is_callable(str(address))


@given(st.ip_addresses(v=4))
def test_no_wrapping_lets_more_through_than_the_address_itself(
    address: ipaddress.IPv4Address,
) -> None:
    inner = int(address)
    wrapped = {
        "mapped": (0xFFFF << 32) | inner,
        "compatible": inner,
        "translated": (0x64FF9B << 96) | inner,
        "6to4": (0x2002 << 112) | (inner << 80) | 1,
        "teredo server": (0x20010000 << 96) | (inner << 64),
        "teredo client": (0x20010000 << 96) | (0x01010101 << 64) | (inner ^ 0xFFFFFFFF),
    }

    let_through = {
        kind for kind, value in wrapped.items() if is_callable(str(ipaddress.IPv6Address(value)))
    }

    assert let_through == ({"6to4"} if is_callable(str(address)) else set())
