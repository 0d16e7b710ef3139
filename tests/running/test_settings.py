import ast
import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import environment
from portal.processes import BASE_DIR
from tests.portals import RUN_ONLY, SETTINGS

SOURCES = ("settings", "environment")
READERS = {"text", "flag"}


def names_read() -> set[str]:
    """Return the settings that the product reads, as its code says."""
    trees = [ast.parse((BASE_DIR / f"portal/{name}.py").read_text()) for name in SOURCES]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute | ast.Name)
        and (call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id) in READERS
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_setting_is_described_and_none_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (BASE_DIR / "docs/settings.md").read_text(), re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert "SECRET_KEY" in described
    assert described == names_read()


def test_the_portals_of_the_tests_have_no_setting_of_whoever_runs_them() -> None:
    assert names_read() | RUN_ONLY == SETTINGS


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL"])
def test_a_portal_that_is_told_nothing_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=rf"Set {name} \(or {name}_FILE\)"):
        environment.text(name)
