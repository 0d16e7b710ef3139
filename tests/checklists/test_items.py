"""What an item may say, and the version that comes along."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from django.utils.translation import override

from onboarding.checklists.items import BadItem, parse, shipped
from onboarding.checklists.states import Applies, Kind, Verdict

GOOD = next(block for block in shipped(1) if block["id"] == "D04")


def with_change(path: str, value: Any) -> dict[str, Any]:
    block = deepcopy(GOOD)
    *parents, last = path.split(".")
    inner: Any = block
    for name in parents:
        inner = inner[int(name)] if name.isdecimal() else inner[name]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return block


def test_the_first_version_has_forty_eight_items_in_order() -> None:
    specs = [parse(block) for block in shipped(1)]

    assert len(specs) == len({spec.key for spec in specs}) == 48
    assert [spec.key for spec in specs[:6]] == ["P01", "P02", "P03", "P04", "P05", "A01"]


@pytest.mark.parametrize(
    ("held", "items", "portal", "without_fallback"),
    [
        ({Applies.M2M, Applies.ALWAYS}, 33, 24, 20),
        ({Applies.LOGIN, Applies.ALWAYS}, 41, 30, 21),
        ({Applies.API_OWNER, Applies.ALWAYS}, 11, 6, 1),
        ({Applies.MULTI_TENANT}, 2, 1, 1),
    ],
    ids=["m2m", "login", "api", "multi-tenant"],
)
def test_as_many_items_apply_as_the_document_says(
    held: set[Applies], items: int, portal: int, without_fallback: int
) -> None:
    specs = [parse(block) for block in shipped(1)]
    mine = [spec for spec in specs if held & set(spec.applies)]
    proved = [spec for spec in mine if spec.kind == Kind.PORTAL]

    assert len(mine) == items
    assert len(proved) == portal
    assert sum(spec.fallback is None for spec in proved) == without_fallback


def test_the_answer_no_is_a_word() -> None:
    spec = next(parse(block) for block in shipped(1) if block["id"] == "L08")

    assert spec.verdicts == {
        "tested": Verdict.PASS,
        "reviewed_only": Verdict.WARN,
        "no": Verdict.FAIL,
    }


def test_texts_are_in_the_readers_language() -> None:
    spec = parse(GOOD)

    with override("nb"):
        assert str(spec.requirement).startswith("Klienten kaller API-et")
    with override("en"):
        assert str(spec.requirement).startswith("The client calls the API")


def test_every_item_has_both_languages_and_an_end() -> None:
    texts = Counter(
        language
        for block in shipped(1)
        for name in ("requirement", "why", "fix")
        for language, text in block[name].items()
        if text.endswith((".", "?"))
    )

    assert texts == {"nb": 144, "en": 144}


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("id", "D4", "id"),
        ("id", "DD4", "id"),
        ("id", None, "id"),
        ("group", "other", "group"),
        ("applies", [], "applies"),
        ("applies", ["m2m", "m2m"], "applies"),
        ("applies", ["somebody"], "applies"),
        ("applies", "m2m", "applies"),
        ("kind", "machine", "kind"),
        ("kind", "supplier", "needs"),
        ("needs", [], "needs"),
        ("needs", ["luck"], "needs"),
        ("fallback", "portal", "fallback"),
        ("fallback", "reviewer", "answers"),
        ("requirement", "Text", "requirement"),
        ("requirement.en", None, "requirement"),
        ("requirement.en", " ", "requirement"),
        ("requirement.sv", "Text", "requirement"),
        ("source", [], "source"),
        ("source", [""], "source"),
        ("proof", "", "proof"),
        ("evidence", None, "evidence"),
        ("rule", {"fail": "always"}, "rule"),
        ("rule.stale", "old", "rule"),
        ("rule.pass", "", "pass"),
        ("answers", [], "answers"),
        ("answers.0.verdict", "open", "answers"),
        ("answers.0.key", "", "key"),
        ("answers.1.key", "shown", "answers"),
        ("answers.0.colour", "red", "answers"),
        ("surprise", "x", "surprise"),
    ],
)
def test_what_could_not_be_judged_is_no_item(path: str, value: Any, field: str) -> None:
    with pytest.raises(BadItem) as caught:
        parse(with_change(path, value))

    assert caught.value.field == field
