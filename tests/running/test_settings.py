import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import environment
from portal.processes import BASE_DIR
from tests.portals import settings_read


def test_every_setting_is_described_and_none_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (BASE_DIR / "docs/settings.md").read_text(), re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert "SECRET_KEY" in described
    assert described == settings_read()


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL"])
def test_a_portal_that_is_told_nothing_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=rf"Set {name} \(or {name}_FILE\)"):
        environment.text(name)
