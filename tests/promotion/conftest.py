"""What the tests of promotion share."""

from __future__ import annotations

import pytest

from onboarding.accounts.models import User
from onboarding.checklists.models import ChecklistVersion
from tests.factories import make_user
from tests.promotion.making import make_checklist


@pytest.fixture
def checklist(db: None) -> ChecklistVersion:
    return make_checklist()


@pytest.fixture
def ruth(db: None) -> User:
    """Reviews, as Rita does."""
    return make_user("ruth", is_reviewer=True)
