"""Small things stay small: modules, functions, views and test modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path
    for folder in ("portal", "onboarding")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def long_functions(tree: ast.AST, limit: int) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if ast.get_docstring(node):  # promises may be as long as they need to be
                body = body[1:]
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > limit:
                yield f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_is_small(path: Path) -> None:
    text = path.read_text()
    is_door = path.name in ("views.py", "api.py") or path.parent.name == "views"

    assert text.count("\n") <= 300
    assert list(long_functions(ast.parse(text), 25 if is_door else 40)) == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_are_small(path: Path) -> None:
    assert path.read_text().count("\n") <= 500


def test_the_check_itself_bites() -> None:
    long = "def f():\n" + "    pass\n" * 41

    assert list(long_functions(ast.parse(long), 40)) == ["f has 41 lines"]
