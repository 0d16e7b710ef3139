"""docs/states.md says what the tables say."""

from pathlib import Path

from onboarding.promotion.states import Status, moves
from portal import diagrams

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == diagrams.page(), "run manage.py states"


def test_every_move_of_a_case_is_an_arrow() -> None:
    drawn = diagrams.page(diagrams.LIVES[:1])

    for source, target in moves():
        assert f"    {source.value} --> {target.value}: " in drawn
    assert f"    {Status.LIVE.value} --> [*]" in drawn
    assert f"    {Status.DRAFT.value} --> [*]" not in drawn
