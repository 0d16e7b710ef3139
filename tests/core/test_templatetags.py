"""The tags and filters that every template has, seen through templates."""

from types import SimpleNamespace

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch, path
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from onboarding.core.options import Option


def thing(request: HttpRequest, **names: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("<environment>/<number>/things/<int:pk>", thing, name="thing")]


class Sample(forms.Form):
    """One field of each kind that the templates dress."""

    name = forms.CharField(label="Navn", help_text="Slik kundene kjenner det")
    address = forms.URLField(label="Returadresse", required=False, assume_scheme="https")
    kind = forms.ChoiceField(label="Type", choices=[("web", "Web"), ("thick", "Tykklient")])
    way = forms.ChoiceField(
        label="Nøkkel",
        widget=forms.RadioSelect,
        choices=[("browser", Option("I nettleseren", "Trygt", "Anbefalt")), ("upload", "Last opp")],
    )
    scopes = forms.MultipleChoiceField(
        label="Scopes", widget=forms.CheckboxSelectMultiple, choices=[("a", "A"), ("b", "B")]
    )
    agree = forms.BooleanField(label="Enig", help_text="Les først")
    key = forms.CharField(
        label="Offentlig nøkkel",
        widget=forms.Textarea(attrs={"class": "code", "data-private-stop": True}),
        required=False,
    )
    file = forms.FileField(label="Fil", required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "opptatt":
            raise forms.ValidationError("Navnet er i bruk")


def rendered(source: str, **context: object) -> str:
    with override("nb"):
        return " ".join(Template(source).render(Context(context)).split())


def test_to_puts_environment_and_organization_first(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    request = RequestFactory().get("/")
    request.environment = "test"  # type: ignore[attr-defined]  # as ActingPerson does
    request.organization = SimpleNamespace(number="310123455")  # type: ignore[attr-defined]  # same

    assert rendered('{% to "thing" 7 %}', request=request) == "/test/310123455/things/7"
    assert rendered('{% to "thing" 7 as url %}[{{ url }}]', request=request) == (
        "[/test/310123455/things/7]"
    )
    with pytest.raises(NoReverseMatch):
        rendered('{% to "thing" %}', request=request)


def test_icon_is_decoration_until_it_has_a_label() -> None:
    plain, labelled = rendered('{% icon "ok" %}'), rendered('{% icon "ok" label %}', label="<b>")

    assert plain == '<svg class="ds-icon" aria-hidden="true"><use href="#i-ok"/></svg>'
    assert labelled == (
        '<svg class="ds-icon" role="img" aria-label="&lt;b&gt;"><use href="#i-ok"/></svg>'
    )


@pytest.mark.parametrize(
    ("state", "color", "word"),
    [
        ("ok", ' data-color="success"', "I orden"),
        ("warn", ' data-color="warning"', "Advarsel"),
        ("fail", ' data-color="danger"', "Feilet"),
        ("you", "", "Din tur"),
        ("run", ' data-color="info"', "Pågår"),
        ("wait", ' data-color="neutral"', "Venter"),
        ("none", ' data-color="neutral"', "Ikke begynt"),
    ],
)
def test_state_has_icon_color_and_word(state: str, color: str, word: str) -> None:
    icon = f'<svg class="ds-icon" aria-hidden="true"><use href="#i-{state}"/></svg>'

    assert rendered(f'{{% tag "{state}" %}}') == f'<span class="ds-tag"{color}>{icon}{word}</span>'
    assert f'aria-label="{word}"' in rendered(f'{{% mark "{state}" %}}')
    assert f'<symbol id="i-{state}"' in rendered('{% include "components/icons.html" %}')


def test_tag_escapes_the_text_it_is_given() -> None:
    assert "&lt;script&gt;" in rendered('{% tag "ok" text %}', text="<script>")


def test_when_gives_words_and_iso_and_a_dash_for_never() -> None:
    now = timezone.now()

    shown = rendered("{% when at %}", at=now)

    assert shown.startswith(f'<time datetime="{now.isoformat()}">i dag kl. ')
    assert rendered("{% when at %}", at=None) == "–"


def test_filters_of_time_are_silent_about_never() -> None:
    filters = ["moment", "relative", "day", "short_day", "table_day", "clock", "stamp"]

    assert [rendered(f"{{{{ at|{name} }}}}", at=None) for name in filters] == [""] * 7
    assert all(rendered(f"{{{{ at|{name} }}}}", at=timezone.now()) for name in filters)


def test_crumbs_end_with_this_page_and_lead_one_up() -> None:
    shown = rendered('{% crumbs "Forside" "/f" "Klienter" "/k" name %}', name="A & B")

    assert '<a class="ds-link" href="/k">Klienter</a> <ol>' in shown
    assert '<li><a class="ds-link" href="/f">Forside</a></li>' in shown
    assert '<span aria-current="page">A &amp; B</span>' in shown


def test_poll_asks_again_and_copy_names_its_target() -> None:
    assert rendered("{% poll url %}", url="/x?a=1&b=2") == (
        'hx-get="/x?a=1&amp;b=2" hx-trigger="every 1s" hx-swap="outerHTML"'
    )
    assert 'data-copy="cid" data-copied="Kopiert" aria-label="Kopier' in rendered(
        '{% copy "cid" "Kopier klient-ID" %}'
    )


def test_scheme_follows_the_cookie_and_no_nonsense() -> None:
    request = RequestFactory().get("/")

    shown = []
    for chosen in ("dark", "light", "auto", "pink"):
        request.COOKIES["scheme"] = chosen
        shown.append(rendered("{% scheme %}", request=request))

    assert shown == ["dark", "light", "auto", "auto"]


def test_text_field_is_tied_to_its_label_help_and_error() -> None:
    field = rendered("{{ form.name.as_field_group }}", form=Sample({}))

    assert '<label class="ds-label" for="id_name">Navn </label>' in field
    assert '<div data-field="description" id="id_name_helptext">' in field
    assert 'class="ds-input" type="text" name="name"' in field
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in field
    assert '<div class="stack tight" id="id_name_error"><p class="ds-validation-message">' in field


def test_optional_fields_say_so_except_in_searches() -> None:
    class Search(Sample):
        use_required_attribute = False

    source = "{{ form.address.as_field_group }}"

    assert "(valgfritt)" in rendered(source, form=Sample())
    assert "(valgfritt)" not in rendered(source, form=Search())
    assert "(valgfritt)" not in rendered("{{ form.name.as_field_group }}", form=Sample())


def test_radio_choices_are_cards_with_hint_and_tag() -> None:
    field = rendered("{{ form.way.as_field_group }}", form=Sample())

    assert field.startswith('<fieldset class="ds-fieldset"> <legend class="ds-label">Nøkkel')
    assert field.count('<div class="ds-field" data-variant="outline">') == 2
    assert 'value="browser" aria-describedby="id_way_0_hint"' in field
    assert '<div data-field="description" id="id_way_0_hint">Trygt</div>' in field
    assert "Anbefalt</span></label>" in field


def test_checkboxes_select_textarea_and_file_have_the_look() -> None:
    form = Sample()

    assert rendered("{{ form.scopes }}", form=form).count('<div class="ds-field"> <input') == 2
    assert rendered("{{ form.kind }}", form=form).startswith('<select class="ds-input" name="kind"')
    assert '<textarea class="ds-input code" name="key"' in rendered("{{ form.key }}", form=form)
    assert rendered("{{ form.file }}", form=form).startswith('<div class="ds-file-upload"> <input')
    agree = rendered("{{ form.agree.as_field_group }}", form=form)
    assert agree.index("<input") < agree.index("<label") < agree.index("Les først")


def test_only_fields_that_ask_for_it_stop_private_keys() -> None:
    assert "data-private-stopped" in rendered("{{ form.key.as_field_group }}", form=Sample())
    assert "data-private-stopped" not in rendered("{{ form.name.as_field_group }}", form=Sample())


def test_error_summary_names_the_fields_and_leads_to_them() -> None:
    form = Sample({"name": "x", "kind": "web", "address": "nowhere", "revision": "x"})

    summary = rendered('{% include "components/errors.html" %}', form=form)

    assert "Rett fem feil før du går videre" in summary
    assert 'href="#id_address">' in summary
    assert 'href="#id_way_0">Velg «Nøkkel»</a>' in summary
    assert 'href="#id_scopes_0">Velg «Scopes»</a>' in summary
    assert 'href="#id_agree">Fyll ut «Enig»</a>' in summary
    assert "<li>Revision: " in summary


def test_error_summary_is_absent_until_something_is_wrong() -> None:
    source = '{% include "components/errors.html" %}'

    assert rendered(source, form=Sample()) == ""
    assert rendered(source, form=None) == ""
    assert "Rett én feil" in rendered(source, form=_valid(name=""))
    assert rendered(source, form=_valid()) == ""


def test_whole_form_has_summary_fields_and_hidden_fields() -> None:
    shown = rendered("{{ form }}", form=_valid(name="opptatt"))

    assert "<li>Navnet er i bruk</li>" in shown
    assert shown.count("Navnet er i bruk") == 1
    assert '<input type="hidden" name="revision" value="1" id="id_revision">' in shown


def test_error_summary_takes_a_formset() -> None:
    Samples = forms.formset_factory(Sample, min_num=2, validate_min=True)  # noqa: N806 - a class
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "opptatt"}

    summary = rendered('{% include "components/errors.html" %}', form=Samples(data))

    assert 'href="#id_form-0-kind">Fyll ut «Type»</a>' in summary
    assert "<li>Navnet er i bruk</li>" in summary


def _valid(name: str = "Nordlys") -> Sample:
    return Sample(
        {
            "name": name,
            "kind": "web",
            "way": "upload",
            "scopes": ["a"],
            "agree": "on",
            "revision": 1,
        }
    )


def test_words_of_protocols_are_set_as_code_and_the_rest_is_escaped() -> None:
    shown = Template("{{ text|with_code }}").render(Context({"text": "Sett `typ` til <b>`a&b`"}))

    assert shown == "Sett <code>typ</code> til &lt;b&gt;<code>a&amp;b</code>"
