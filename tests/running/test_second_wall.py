"""The second wall around what leaves the server, outside of Python: the row S29."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

import pytest
import yaml

from onboarding.core.addresses import is_callable
from portal.processes import BASE_DIR
from tests.core.test_addresses import SPECIAL

COMPOSE: Final[dict[str, Any]] = yaml.safe_load((BASE_DIR / "compose.yaml").read_text())
RULES: Final = (BASE_DIR / "docs" / "egress.nft").read_text()
SERVICES: Final = COMPOSE["services"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def refused(version: int) -> list[Network]:
    """The networks that the rules refuse, each as it is written."""
    words = re.sub("#.*", "", RULES)
    found = re.findall(r"[0-9a-f.:]+/[0-9]+", words.replace("!= 2000::/3", ""))
    return [n for n in map(ipaddress.ip_network, found) if n.version == version]


def test_s29_nothing_leads_out_of_the_network_of_the_database_and_the_queue() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "migrate", "scheduler"):
        assert SERVICES[name]["networks"] == ["inside"]
    leaving = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert leaving == {"web", "worker"}
    assert [name for name, service in SERVICES.items() if "network_mode" in service] == []


def test_s29_the_rules_are_about_the_network_that_leads_out() -> None:
    bridge = COMPOSE["networks"]["outside"]["driver_opts"]["com.docker.network.bridge.name"]

    assert f'iifname != "{bridge}" return' in RULES
    assert "tcp dport != 443 reject" in RULES
    assert "meta l4proto != tcp reject" in RULES


@pytest.mark.parametrize("network", [n for n in SPECIAL if n.version == 4], ids=str)
def test_s29_both_walls_refuse_the_same_v4_networks(network: ipaddress.IPv4Network) -> None:
    assert network in refused(4)
    assert len(refused(4)) == len([n for n in SPECIAL if n.version == 4])
    assert not is_callable(str(network[0]))


def test_s29_the_rules_leave_nothing_of_v6_but_global_unicast() -> None:
    unicast = ipaddress.ip_network("2000::/3")
    special = [n for n in SPECIAL if n.version == 6 and n.subnet_of(unicast)]  # type: ignore[arg-type]

    assert "ip6 daddr != 2000::/3 reject" in RULES
    assert special
    assert set(special) <= set(refused(6))
    for network in refused(6):
        assert network.subnet_of(unicast)  # type: ignore[arg-type]
