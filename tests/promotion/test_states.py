"""The table of a case's life is whole, and the triggers know the same table."""

from importlib import import_module

from onboarding.promotion.states import FINAL, OPEN, STEPS, TURN, Action, Status, Turn, moves


def test_every_action_has_a_step() -> None:
    assert set(STEPS) == set(Action)


def test_every_status_but_the_first_is_reached() -> None:
    reached = {target for _source, target in moves()}

    assert reached == set(Status) - {Status.DRAFT}


def test_exactly_the_final_ones_have_no_way_out() -> None:
    left = {source for source, _target in moves()}

    assert left == OPEN
    assert set(Status) - left == FINAL


def test_it_is_always_somebody_s_turn_until_the_end() -> None:
    assert {status for status in Status if TURN[status] == Turn.NOBODY} == FINAL


def test_the_triggers_know_the_same_moves() -> None:
    written = import_module("onboarding.promotion.migrations.0002_the_database_holds_the_rules")

    assert set(written.MOVES) == {(source.value, target.value) for source, target in moves()}
