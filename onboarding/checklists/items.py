"""What an item of a checklist says: parsed, validated, and the versions that come along. Pure.

An item is a mapping of plain values, as it stands in `content/1/*.yaml` and in the database.
`parse` is the one way from there to a `Spec`, so nothing gets into a version that could not be
judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils.translation import get_language

from onboarding.checklists.states import SETTLED, Applies, Group, Kind, Need, Verdict

FOLDER: Final = Path(__file__).parent / "content"
LANGUAGES: Final = ("nb", "en")
_TEXTS: Final = ("requirement", "why", "fix")
_MEMBERS: Final = frozenset(
    {"id", "group", "applies", "kind", "needs", "fallback", "source", "own_choice", "proof"}
    | {"rule", "evidence", "answers", *_TEXTS}
)


class BadItem(ValueError):
    """A mapping that is no item; `field` names the member that is at fault."""

    def __init__(self, field: str, found: object) -> None:
        super().__init__(f"{field}: {found}")
        self.field = field
        self.found = str(found)


@dataclass(frozen=True)
class Text:
    """The same in both languages. Nynorsk readers get bokmål."""

    nb: str
    en: str

    def __str__(self) -> str:
        """Return it in the reader's language."""
        return self.en if (get_language() or "nb").startswith("en") else self.nb


@dataclass(frozen=True)
class Answer:
    """One answer that a supplier may give, and what it comes to."""

    key: str
    verdict: Verdict
    text: Text


@dataclass(frozen=True)
class Spec:
    """One requirement: for whom, settled by whom, and what passes."""

    key: str
    group: Group
    applies: tuple[Applies, ...]
    kind: Kind
    needs: tuple[Need, ...]
    fallback: Kind | None
    requirement: Text
    why: Text
    fix: Text
    sources: tuple[str, ...]
    own_choice: str
    proof: str
    rule: tuple[tuple[Verdict, str], ...]
    evidence: str
    answers: tuple[Answer, ...]

    @cached_property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What each answer comes to, by its key."""
        return {answer.key: answer.verdict for answer in self.answers}


def parse(block: Mapping[str, Any]) -> Spec:
    """Return the item that `block` describes. Raises BadItem for the first thing wrong with it."""
    if unknown := sorted(set(block) - _MEMBERS):
        raise BadItem(unknown[0], "unknown")
    kind, fallback = _one(Kind, block, "kind"), block.get("fallback")
    spec = Spec(
        key=_key(block),
        group=_one(Group, block, "group"),
        applies=tuple(Applies(name) for name in _names(block, "applies", Applies.values)),
        kind=kind,
        needs=tuple(Need(name) for name in _names(block, "needs", Need.values, empty=True)),
        fallback=_one(Kind, block, "fallback") if fallback else None,
        requirement=_text(block, "requirement"),
        why=_text(block, "why"),
        fix=_text(block, "fix"),
        sources=tuple(_names(block, "source")),
        own_choice=_line(block, "own_choice", empty=True),
        proof=_line(block, "proof"),
        rule=_rule(block),
        evidence=_line(block, "evidence"),
        answers=_answers(block),
    )
    _check_whole(spec)
    return spec


def shipped(number: int) -> list[dict[str, Any]]:
    """Return the items of a version that comes along, in order, as plain values.

    Every scalar is a string: in YAML's own reading the answer `no` would be false.
    """
    found: list[dict[str, Any]] = []
    for path in sorted((FOLDER / str(number)).glob("*.yaml")):
        # A loader that knows strings, lists and mappings only: safer than the safe one.
        found += yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return found


def _check_whole(spec: Spec) -> None:
    if (spec.kind == Kind.PORTAL) != bool(spec.needs):
        raise BadItem("needs", " ".join(spec.needs))
    if spec.fallback and (spec.kind != Kind.PORTAL or spec.fallback == Kind.PORTAL):
        raise BadItem("fallback", spec.fallback)
    is_answered = Kind.SUPPLIER in (spec.kind, spec.fallback)
    if is_answered != bool(spec.answers):
        raise BadItem("answers", len(spec.answers))


def _key(block: Mapping[str, Any]) -> str:
    key = block.get("id")
    if not isinstance(key, str) or len(key) != 3 or not (key[0].isupper() and key[1:].isdecimal()):
        raise BadItem("id", key)
    return key


def _one(choices: Any, block: Mapping[str, Any], field: str) -> Any:
    value = block.get(field)
    if value not in choices.values:
        raise BadItem(field, value)
    return choices(value)


def _names(
    block: Mapping[str, Any], field: str, known: list[str] | None = None, *, empty: bool = False
) -> list[str]:
    names = block.get(field, [])
    if not isinstance(names, list) or not (names or empty):
        raise BadItem(field, names)
    for name in names:
        if not isinstance(name, str) or not name.strip() or (known and name not in known):
            raise BadItem(field, name)
    if len(set(names)) != len(names):
        raise BadItem(field, " ".join(names))
    return names


def _line(block: Mapping[str, Any], field: str, *, empty: bool = False) -> str:
    value = block.get(field, "")
    if not isinstance(value, str) or not (value.strip() or empty):
        raise BadItem(field, value)
    return value


def _text(block: Mapping[str, Any], field: str) -> Text:
    value = block.get(field)
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise BadItem(field, value)
    if not all(isinstance(text, str) and text.strip() for text in value.values()):
        raise BadItem(field, value)
    return Text(value["nb"], value["en"])


def _rule(block: Mapping[str, Any]) -> tuple[tuple[Verdict, str], ...]:
    rule = block.get("rule")
    if not isinstance(rule, dict) or "pass" not in rule or not set(rule) <= set(SETTLED):
        raise BadItem("rule", rule)
    order = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
    return tuple((verdict, _line(rule, verdict)) for verdict in order if verdict in rule)


def _answers(block: Mapping[str, Any]) -> tuple[Answer, ...]:
    rows = block.get("answers", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadItem("answers", rows)
    found = []
    for row in rows:
        if row.get("verdict") not in SETTLED or set(row) != {"key", "verdict", *LANGUAGES}:
            raise BadItem("answers", row)
        text = Text(*(_line(row, language) for language in LANGUAGES))
        found.append(Answer(_line(row, "key"), Verdict(row["verdict"]), text))
    if len({answer.key for answer in found}) != len(found):
        raise BadItem("answers", " ".join(answer.key for answer in found))
    return tuple(found)
