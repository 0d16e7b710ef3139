"""What no template may hold: anything that the content security policy or a person would refuse."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))

FORBIDDEN = {
    "|safe": r"\|\s*safe\b",
    "autoescape off": r"autoescape\s+off",
    "hx-on": r"\bhx-on\b",
    "js: in an htmx attribute": r"""["']js:""",
    "javascript: address": r"javascript:",
    "event filter": r"""hx-trigger=["'][^"']*\[""",
    "address of another host": r"""(?:src|href)=["'](?:https?:)?//""",
}
BLOCK = re.compile(r"{% block \w+ %}(.*?){% endblock %}", re.DOTALL)
SET = re.compile(r" as(?:var)? (\w+)\b[^%]*%}")
HTMX_VERBS = frozenset({"hx-post", "hx-put", "hx-patch", "hx-delete"})


class Complaints(HTMLParser):
    """Collects what is wrong with the tags of one template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_post_form = False
        self._has_token = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"style= on {tag}" for name in given if name == "style"]
        self.found += [f"{name}= on {tag}" for name in given if re.fullmatch(r"on[a-z]+", name)]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"inline <{tag}>")
        if tag == "a" and any(name.startswith("hx-") for name in given) and "href" not in given:
            self.found.append("htmx link without href")
        if tag == "form":
            self._begin_form(given)

    def _begin_form(self, given: dict[str, str | None]) -> None:
        method = given.get("method")
        if method not in ("get", "post"):
            self.found.append("form without method")
        if HTMX_VERBS & given.keys() and method != "post":
            self.found.append("htmx form that does not post without htmx")
        self._in_post_form, self._has_token = method == "post", False

    def handle_data(self, data: str) -> None:
        if "{% csrf_token %}" in data:
            self._has_token = True

    def handle_endtag(self, tag: str) -> None:
        if tag != "form":
            return
        if self._in_post_form and not self._has_token:
            self.found.append("post form without CSRF token")
        self._in_post_form = False


def complaints(source: str) -> Iterator[str]:
    """Yield what is wrong in the source of one template."""
    for name, pattern in FORBIDDEN.items():
        if re.search(pattern, source):
            yield name
    parser = Complaints()
    # Template tags inside a start tag would end it early for the parser; quotes and > go first.
    parser.feed(
        re.sub(r"\{%(?! csrf_token %).*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    )
    parser.close()
    yield from parser.found


def test_there_are_templates_to_check() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_holds_nothing_forbidden(path: Path) -> None:
    assert list(complaints(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ name|safe }}", "|safe"),
        ("<p style='color: red'>", "style= on p"),
        ("<p {% if x %}onclick='y()'{% endif %}>", "onclick= on p"),
        ("<style>p {}</style>", "inline <style>"),
        ("<script>alert(1)</script>", "inline <script>"),
        ("<a hx-get='/x'>x</a>", "htmx link without href"),
        ("<form action='/x'></form>", "form without method"),
        ("<form method='get' hx-post='/x'></form>", "htmx form that does not post without htmx"),
        ("<form method='post'></form>", "post form without CSRF token"),
        ("<p hx-get='/x' hx-trigger='every 1s[running]'>", "event filter"),
        ("<img src='//cdn.example/x.png'>", "address of another host"),
        ("<p hx-on:click='x()'>", "hx-on"),
    ],
)
def test_the_check_itself_bites(source: str, complaint: str) -> None:
    assert complaint in list(complaints(source))


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(
        re.findall(r'<symbol id="i-([a-z]+)"', (ROOT / "components" / "icons.html").read_text())
    )
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'\{% (?:icon|mark|tag) "([a-z]+)"', path.read_text())
    }

    assert {"ok", "copy"} <= used
    assert used - drawn == set()


def test_a_good_form_passes() -> None:
    source = "<form method='post' hx-post='{% url 'x' %}'>{% csrf_token %}</form>"

    assert list(complaints(source)) == []


def lost(source: str) -> set[str]:
    """What one block sets and another one shows: by then it is gone, and the link leads nowhere."""
    blocks = BLOCK.findall(source)
    names = {name for block in blocks for name in SET.findall(block)}
    return {
        name
        for block in blocks
        for name in names - set(SET.findall(block))
        if re.search(rf"{{{{ *{name}\b", block)
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_block_sets_stays_in_it(path: Path) -> None:
    assert lost(path.read_text()) == set()


def test_a_lost_address_is_found() -> None:
    crumbs = "{% block crumbs %}{% url 'x' as up %}{{ up }}{% endblock %}"

    assert lost(crumbs + "{% block main %}<a href='{{ up }}'></a>{% endblock %}") == {"up"}
    assert lost(crumbs + "{% block main %}{% to 'x' as up %}{{ up }}{% endblock %}") == set()
