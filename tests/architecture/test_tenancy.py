"""Views read through `visible_to` and nothing else: what no import contract can see."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS = sorted(
    [
        *ROOT.glob("onboarding/*/views.py"),
        *ROOT.glob("onboarding/*/views/*.py"),
        *ROOT.glob("onboarding/*/api.py"),
        *(
            ROOT / "portal/pages" / f"{page}.py"
            for page in ("acting", "api", "client", "home", "system")
        ),
    ]
)
# Programs authenticate by themselves; what they reach is decided by token or assertion.
MACHINES = {
    "onboarding/sts/views.py",
    "onboarding/cpapi/api.py",
    "onboarding/selfservice/api.py",
    "onboarding/selfservice/views/machine.py",
}


def unscoped_reads(tree: ast.AST) -> Iterator[int]:
    """Lines that use `Model.objects` for anything but `.visible_to(...)` or `.offered(...)`."""
    scoped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("visible_to", "offered", "published")
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name.endswith("objects") and id(node) not in scoped:
                yield node.lineno


def test_there_are_doors_to_check() -> None:
    assert len(DOORS) > 8


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_reads_start_at_visible_to(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in MACHINES:
        assert list(unscoped_reads(ast.parse(path.read_text()))) == []


def test_the_check_itself_bites() -> None:
    assert list(unscoped_reads(ast.parse("Client.objects.get(pk=1)"))) == [1]
    assert list(unscoped_reads(ast.parse("Client.objects.visible_to(a).get(pk=1)"))) == []
