"""The words of the portal: all collected, all in both languages, and in its own voice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import django
import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, ngettext, override

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import Signer
from onboarding.suppliers.models import Organization
from onboarding.systems.states import Selection
from portal import catalogs
from portal.catalogs import Words
from tests import factories
from tests.constants import NOON

ENGLISH = [message for message in catalogs.english(catalogs.collected()) if message.id]
# Both languages of each form of each string; what has no English yet is for the first test alone.
PAIRS = [
    pair
    for message in ENGLISH
    for pair in zip(catalogs.texts(message.id), catalogs.texts(message.string), strict=True)
    if pair[1]
]
PLACEHOLDERS = re.compile(r"%(?:\(\w+\))?[.\d]*[a-zA-Z]|\{\w+\}|</?\w[^>]*>")
# Words that no English sentence has, and letters that no English word has.
NORWEGIAN = re.compile(
    r"[æøåÆØÅ]|\b(?:alle|av|den|dere|det|du|eller|er|fra|har|hos|ikke|kan|med|og|som|til)\b",
    re.IGNORECASE,
)


def test_every_string_has_its_english_and_what_is_compiled_is_current() -> None:
    call_command("catalogs", check=True)


def test_a_new_string_is_noticed() -> None:
    catalog = catalogs.english(["Avbryt", "Et helt nytt ord", ("Ett", "Flere")])

    assert catalogs.untranslated(catalog) == ["Et helt nytt ord", ("Ett", "Flere")]


def test_a_changed_translation_has_to_be_compiled() -> None:
    catalog = catalogs.english(["Avbryt"])
    before = catalogs.files(catalog)
    assert catalogs.files(catalog) == before

    message = catalog.get("Avbryt")
    assert isinstance(message, Message)
    message.string = "Give up"

    after = catalogs.files(catalog)
    assert {path.name for path in after if after[path] != before[path]} == {
        "django.po",
        "django.mo",
    }


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("Ett ord")', ["Ett ord"]),
        ('gettext_lazy("To "\n  "ord")', ["To ord"]),
        ('ngettext("%(n)d sak", "%(n)d saker", n) % {"n": n}', [("%(n)d sak", "%(n)d saker")]),
        ('show(_("Ute"), by=gettext("Inne"))', ["Ute", "Inne"]),
        ('str("Ikke merket")', []),
    ],
)
def test_strings_of_code_are_found(source: str, found: list[Words]) -> None:
    assert list(catalogs.in_code(ast.parse(source))) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{% translate "Ett ord" %}</p>', ["Ett ord"]),
        ('{% translate "Navn" as label %}{% tag "ok" _("Klar") %}', ["Navn", "Klar"]),
        ('{{ answer|yesno:_("Ja,Nei") }}', ["Ja,Nei"]),
        ("{% blocktranslate %}Fra {{ name }}{% endblocktranslate %}", ["Fra %(name)s"]),
        (
            "{% blocktranslate trimmed %}\n  En\n  linje\n{% endblocktranslate %}",
            ["En linje"],
        ),
        (
            "{% blocktranslate count n=n %}Én{% plural %}{{ n }} til{% endblocktranslate %}",
            [("Én", "%(n)s til")],
        ),
        ("<p>Ikke merket</p>{# _('Kommentar') #}", []),
    ],
)
def test_strings_of_templates_are_found(source: str, found: list[Words]) -> None:
    assert list(catalogs.in_template(source)) == found


def test_strings_are_looked_for_where_people_read_them(tmp_path: Path) -> None:
    places = {
        "portal/views.py": '_("Side")',
        "onboarding/keys/rules.py": '_("Regel")',
        "onboarding/clients/snippets/python.txt": '# {% translate "Program" %}',
        "templates/keys/add.html": '{% translate "Mal" %}',
        "templates/suppliers/letter.txt": '{% translate "Brev" %}',
        "tests/test_views.py": '_("Test")',
    }
    for name, text in places.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    assert sorted(map(str, catalogs.collected(tmp_path))) == [
        "Brev",
        "Mal",
        "Program",
        "Regel",
        "Side",
    ]


def test_what_is_compiled_is_what_people_get() -> None:
    with override("en"):
        assert gettext("Klientkonfigurasjoner") == "Client configurations"
        assert ngettext("%(count)d eier", "%(count)d eiere", 2) == "%(count)d owners"


def test_placeholders_and_markup_are_the_same_in_both_languages() -> None:
    differing = [
        pair for pair in PAIRS if len({frozenset(PLACEHOLDERS.findall(text)) for text in pair}) > 1
    ]

    assert any(PLACEHOLDERS.search(bokmal) for bokmal, _english in PAIRS)
    assert differing == []


def test_blanks_and_full_stops_at_the_ends_are_the_same_in_both_languages() -> None:
    def ends(text: str) -> tuple[str, str, bool]:
        return (
            text[: len(text) - len(text.lstrip())],
            text[len(text.rstrip()) :],
            text.rstrip().endswith((".", ":")),
        )

    assert [pair for pair in PAIRS if ends(pair[0]) != ends(pair[1])] == []


@pytest.mark.parametrize("word", ["revisjon", "vennligst", "dessverre", "!"])
def test_bokmal_keeps_the_voice(word: str) -> None:
    ours = chain(
        (text for message in ENGLISH for text in catalogs.texts(message.id)),
        (text for sentence in catalogs.DJANGO.values() for text in catalogs.texts(sentence)),
    )

    assert [text for text in ours if word in text.casefold()] == []


@pytest.mark.parametrize(
    "word", ["please", "sorry", "oops", "!", "organization", "revision", "smoke test", "customise"]
)
def test_english_keeps_the_voice_and_its_spelling(word: str) -> None:
    texts = [PLACEHOLDERS.sub("", english) for _bokmal, english in PAIRS]

    assert [text for text in texts if word in text.casefold()] == []


def test_english_has_no_norwegian_left() -> None:
    assert NORWEGIAN.search("Klienten er klar")
    assert [english for _bokmal, english in PAIRS if NORWEGIAN.search(english)] == []


def outside_of_calls(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are neither documentation nor marked for translation."""
    seen: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in catalogs.MARKERS:
                seen.update(map(id, ast.walk(node)))
            case ast.Expr(value=ast.Constant() as text):
                seen.add(id(text))
            case ast.Constant(value=str() as text) if id(node) not in seen:
                yield text


def test_code_has_no_norwegian_that_nobody_can_translate() -> None:
    """A word is Norwegian here if it has a Norwegian letter: bokmål is hard to write without."""
    assert list(outside_of_calls(ast.parse('"""Å"""\nshow(_("Å"), "Ålesund")'))) == ["Ålesund"]
    # How each language writes dates and numbers; rows that the portal makes; the languages' own
    # names; and the catalogue itself.
    data = {"formats.py", "demo.py", "own_api.py", "settings.py", "catalogs.py"}
    found = [
        (path.name, text)
        for folder in ("portal", "onboarding")
        for path in (catalogs.ROOT / folder).rglob("*.py")
        if path.name not in data and "migrations" not in path.parts
        for text in outside_of_calls(ast.parse(path.read_text()))
        if re.search("[æøåÆØÅ]", text)
    ]

    assert found == []


def text_outside_of_tags(source: str) -> list[str]:
    """The words of a template that no tag produces and no translation reaches."""
    blocks = re.compile(
        r"{% (blocktranslate|comment|if False)\b.*?{% end\1 %}|{[%{#].*?[%}#]}", re.DOTALL
    )
    lines = re.findall(r">([^<>]+)<", blocks.sub(" ", source))
    attributes = re.findall(r'(?:title|alt|aria-label|placeholder)="([^"]+)"', source)
    words = [re.sub(r"&\w+;", " ", line).strip() for line in lines]
    return [text for text in [*words, *attributes] if re.search(r"[^\W\d]{3}", text)]


def test_templates_have_no_text_that_nobody_can_translate() -> None:
    sample = '<b>Navn</b><i title="Mer">{% translate "Ja" %}</i>'
    assert text_outside_of_tags(sample) == ["Navn", "Mer"]
    # Names, and words as they stand in data.
    names = {
        "CommunicationParty REST API",
        "openapi.json",
        "Swagger UI",
        "OpenSSL",
        "Python",
        ", RSA",
        *("API", "curl", "X-Auth-Key", "clientId", "status", "GET client"),
        *("POST client-drafts, api-key", "/confirm-client/ clientId"),
        *("nhn:selvbetjening", "nhn:selvbetjening/client"),
        *("state", "new", "waiting", "confirmed", "declined", "faulty"),
    }
    found = {
        (path.name, text)
        for path in (catalogs.ROOT / "templates").rglob("*.html")
        for text in text_outside_of_tags(path.read_text())
        if text not in names and "{" not in text
    }

    assert found == set()


def sentences(script: str) -> list[str]:
    """The strings of a script that are three words or more: no name and no address is."""
    strings = re.findall(r"\"[^\"\n]*\"|`[^`]*`", re.sub(r"//.*", "", script))
    return [text for text in strings if re.search(r"[^\W\d]+ [^\W\d]+ [^\W\d]+", text)]


def test_scripts_take_their_words_from_the_page() -> None:
    assert sentences('say("Filen er borte"); // "not a word here"\nfind("form button")') == [
        '"Filen er borte"'
    ]
    scripts = list((catalogs.ROOT / "static" / "js").glob("*.mjs"))
    found = [(path.name, text) for path in scripts for text in sentences(path.read_text())]

    assert len(scripts) > 5
    assert found == []


def said_at_import(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are translated once, in the language of its first importer."""
    eager = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext"}
    }
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in eager:
            yield ast.unparse(node)
        waiting.extend(ast.iter_child_nodes(node))


def test_nothing_is_translated_before_it_is_known_for_whom() -> None:
    sample = "from django.utils.translation import gettext as _\nA = _('Å')\ndef f(): _('Ø')"
    assert list(said_at_import(ast.parse(sample))) == ["_('Å')"]
    found = [
        (path.name, call)
        for folder in ("portal", "onboarding")
        for path in (catalogs.ROOT / folder).rglob("*.py")
        for call in said_at_import(ast.parse(path.read_text()))
    ]

    assert found == []


def test_sentences_of_django_are_still_its_own() -> None:
    """A new version of Django may say it in other words; then ours would not be found."""
    path = Path(django.__file__).parent / "conf" / "locale" / "nb" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        djangos = {tuple(catalogs.texts(message.id)) for message in read_mo(file)}

    assert {tuple(catalogs.texts(sentence)) for sentence in catalogs.DJANGO} <= djangos


LETTERS = [("a", "A"), ("b", "B")]


class Everything(forms.Form):
    line = forms.CharField(max_length=3)
    choice = forms.ChoiceField(choices=LETTERS)
    choices = forms.MultipleChoiceField(choices=LETTERS)
    email = forms.EmailField()
    serial = forms.UUIDField()
    file = forms.FileField()


def said(form: forms.Form) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts]


@pytest.mark.parametrize(
    ("language", "expected", "found"),
    [("nb", "Forventet ", "Fant «c»"), ("en", "Expected ", "Found ‘c’")],
)
def test_fields_say_what_was_expected_and_what_was_found(
    language: str, expected: str, found: str
) -> None:
    wrong = {"line": "abcd", "choice": "c", "choices": ["c"], "email": "c", "serial": "c"}
    files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict(
        {"file": [SimpleUploadedFile("key.pem", b"")]}
    )
    with override(language):
        blank = said(Everything({}))
        filled = said(Everything(wrong, files))
        (nothing, *_rest) = said(Everything({"line": "\0"}))

    assert len(blank) == len(filled) == len(Everything.base_fields)
    assert all(text.startswith(expected) for text in [*blank, *filled, nothing])
    assert found in filled[1]


@pytest.fixture
def shop(acme: Organization, alice: User) -> ClientConfiguration:
    """A client of Acme's own system, with a key, a test and a request that waits."""
    scope = factories.make_scope(factories.make_api(acme))
    system = factories.make_system(acme, scopes={scope: Selection.PRESELECTED}, by=alice)
    client = factories.make_client(acme, system=system, scopes={scope: Access.PENDING}, by=alice)
    key = factories.make_key(client, expires_at=NOON.replace(year=2099))
    Run.objects.create(
        client=client, key=key, signer=Signer.BROWSER, created_at=NOON, queued_at=NOON
    )
    return client


def pages(client: ClientConfiguration) -> Iterator[str]:
    """Addresses of pages of every app, for the organisation of `client`."""
    where = [factories.TEST, client.organization.number]
    request, key, run = client.scopes.get(), client.keys.get(), Run.objects.get(client=client)
    assert client.revision is not None
    system, api = client.revision.system, request.scope.api
    drafted = factories.make_system(client.organization, published=False)
    begun = factories.make_client(
        client.organization, system=system, status=Status.DRAFT, by=client.created_by, step="claims"
    )
    for name, *ids in (
        ("home",),
        ("people:list",),
        ("people:invite",),
        ("apis:list",),
        ("apis:add_claim", api.pk),
        ("api", api.pk),
        ("systems:list",),
        ("systems:basics", drafted.pk),
        ("systems:authentication", drafted.pk),
        ("systems:check", drafted.pk),
        ("system", system.pk),
        ("clients:list",),
        ("clients:new",),
        ("clients:system", begun.pk),
        ("clients:decide", request.pk),
        ("client", client.pk),
        ("keys:choose", begun.pk),
        ("keys:revoke", client.pk, key.pk),
        ("smoketests:runs", client.pk),
        ("smoketests:run", client.pk, run.pk),
    ):
        yield reverse(name, args=[*where, *ids])
    yield reverse("home", args=["production", client.organization.number])
    yield from map(reverse, ("accounts:profile", "suppliers:choose", "suppliers:register"))
    yield reverse("cpapi:docs", args=[factories.TEST])
    yield reverse("diagnosis:errors")
    yield reverse("diagnosis:error", args=["assertion.audience"])
    yield "/no/such/page"


def words(client: Client, url: str, language: str) -> str:
    """The page as it is sent, but for the languages' own names."""
    client.cookies["language"] = language
    answer = client.get(url)
    assert answer.status_code in {200, 404}
    return re.sub(r'<button[^>]* lang="nb"[^>]*>[^<]*', "", answer.content.decode())


def test_pages_of_every_app_speak_english_to_who_has_chosen_it(
    client: Client, anna: User, shop: ClientConfiguration
) -> None:
    client.force_login(anna)

    for url in pages(shop):
        assert NORWEGIAN.search(words(client, url, "nb")), url
        left = NORWEGIAN.search(words(client, url, "en"))
        assert left is None, (url, left and left.string[left.start() - 80 : left.end() + 80])


def test_login_and_errors_of_forms_speak_english(client: Client, anna: User) -> None:
    assert NORWEGIAN.search(words(client, "/login/", "en")) is None

    client.force_login(anna)
    client.cookies["language"] = "en"
    answer = client.post(reverse("suppliers:register"), {"number": "12", "name": ""})

    assert answer.status_code == 422
    assert "Expected nine digits. Found 2." in answer.content.decode()
    assert "Expected a name. The field is empty." in answer.content.decode()
