"""`manage.py demo_automation_key` and `own_api`: what onboarding in the demo begins with."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from onboarding.apis.models import Api, Scope
from onboarding.systems import automation_key, queries
from onboarding.systems.models import AutomationKey, ClientSystem
from portal import demo_automation
from tests.factories import make_organization
from tests.leaks import remember_secret

pytestmark = pytest.mark.django_db


def demo_automation_key() -> dict[str, str]:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("demo_automation_key", stdout=out)
    printed: dict[str, str] = json.loads(out.getvalue())
    remember_secret(printed["automationKey"])
    return printed


def test_it_prints_a_system_and_a_key_that_works() -> None:
    printed = demo_automation_key()

    found = queries.automation_key(automation_key.digest(printed["automationKey"]), "test")
    assert found is not None
    assert str(found.system_id) == printed["clientSystemId"]
    offered = {row.scope.name: row.selection for row in found.system.current.scopes.all()}  # type: ignore[union-attr]
    assert offered == {
        "nhn:selvbetjening/client": "preselected",
        "nhn:cp-api/access": "preselected",
        "nhn:msh/api": "available",
    }


def test_each_call_gives_a_fresh_key_of_the_same_system() -> None:
    printed = [demo_automation_key() for _ in range(demo_automation.KEPT + 2)]

    assert len({each["automationKey"] for each in printed}) == len(printed)
    assert len({each["clientSystemId"] for each in printed}) == 1
    assert AutomationKey.objects.filter(ended_at=None).count() == demo_automation.KEPT
    assert ClientSystem.objects.filter(name=demo_automation.NAME).count() == 1


def test_it_is_for_debug_only() -> None:
    with pytest.raises(CommandError, match="DEBUG=1"):
        call_command("demo_automation_key")

    assert not AutomationKey.objects.exists()


@pytest.mark.parametrize("environment", ["test", "production"])
def test_the_own_api_can_be_registered_in_either_environment(environment: str) -> None:
    owner = make_organization("Drift AS")

    for _ in range(2):
        call_command("own_api", environment, owner.number, stdout=StringIO())

    api = Api.objects.get()
    assert (api.environment, api.short_name, api.dpop) == (
        environment,
        "nhn:selvbetjening",
        "required",
    )
    assert api.is_ours, "it can be checked where it is, without anybody typing its address"
    assert Scope.objects.get().name == "nhn:selvbetjening/client"


def test_the_own_api_needs_an_owner() -> None:
    with pytest.raises(CommandError, match="999999999"):
        call_command("own_api", "test", "999999999")
