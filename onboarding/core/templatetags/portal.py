"""Tags and filters that every template has without loading them (docs/design.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet, BoundField
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from onboarding.core import appearance, formats
from onboarding.core.environments import Environment

register = template.Library()


class Look(NamedTuple):
    """How a state shows: the color of its tag ("" is the environment's) and its usual word."""

    color: str
    word: Promise


LOOKS = {
    "ok": Look("success", gettext_lazy("I orden")),
    "warn": Look("warning", gettext_lazy("Advarsel")),
    "fail": Look("danger", gettext_lazy("Feilet")),
    "you": Look("", gettext_lazy("Din tur")),
    "run": Look("info", gettext_lazy("Pågår")),
    "wait": Look("neutral", gettext_lazy("Venter")),
    "none": Look("neutral", gettext_lazy("Ikke begynt")),
}


@register.simple_tag(takes_context=True)
def to(context: Context, view: str, *args: object) -> str:
    """Return the address of `view` in this environment, for the organization represented.

    `{% to "clients:detail" client.pk %}` is `/test/310123455/…/<pk>`. Pages outside an
    environment use Django's own `{% url %}`.
    """
    request = context["request"]
    return reverse(view, args=[request.environment, request.organization.number, *args])


@register.simple_tag
def icon(name: str, label: object = "") -> SafeString:
    """Return an icon of components/icons.html; decoration unless `label` says what it means."""
    if label:
        return format_html(
            '<svg class="ds-icon" role="img" aria-label="{}"><use href="#i-{}"/></svg>', label, name
        )
    return format_html('<svg class="ds-icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def mark(state: str, label: object = "") -> SafeString:
    """Return the icon of a state with the word for it, for rows and steps."""
    return icon(state, label or LOOKS[state].word)


@register.simple_tag
def tag(state: str, text: object = "") -> SafeString:
    """Return a tag: the icon and color of the state, and `text` or the state's usual word."""
    look = LOOKS[state]
    color = format_html(' data-color="{}"', look.color) if look.color else ""
    return format_html('<span class="ds-tag"{}>{}{}</span>', color, icon(state), text or look.word)


@register.simple_tag
def when(value: datetime | None) -> SafeString | str:
    """Return a `<time>` with the moment in words and in ISO 8601; a dash for never."""
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), moment(value))


@register.simple_tag
def poll(url: str, seconds: int = 1) -> SafeString:
    """Return the attributes that make a region fetch itself anew; left out when done."""
    return format_html('hx-get="{}" hx-trigger="every {}s" hx-swap="outerHTML"', url, seconds)


@register.inclusion_tag("components/copy.html")
def copy(target: str, label: str) -> dict[str, str]:
    """Show a button that copies the text of the element with the id `target`."""
    return {"target": target, "label": label}


@register.inclusion_tag("components/crumbs.html")
def crumbs(*parts: str) -> dict[str, object]:
    """Show where the reader is: label and address of each page above, then this page's name."""
    *above, here = parts
    trail = list(zip(above[::2], above[1::2], strict=True))
    return {"trail": trail, "here": here, "up": trail[-1] if trail else None}


@register.simple_tag(takes_context=True)
def scheme(context: Context) -> str:
    """Return the color scheme for `<html data-color-scheme>`."""
    return appearance.scheme(context["request"].COOKIES)


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return the languages of the portal, each under the name it has for itself."""
    return list(settings.LANGUAGES)


@register.filter
def environment_name(value: str) -> str:
    return str(Environment(value).label)


@register.filter
def org_number(value: str) -> str:
    return formats.org_number(value)


@register.filter
def number(value: int) -> str:
    return formats.number(value)


@register.filter
def in_words(value: int) -> str:
    return formats.in_words(value)


@register.filter
def inside(label: object) -> str:
    return formats.inside(str(label))


@register.filter
def day(value: date | None) -> str:
    return formats.day(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    return formats.short_day(value) if value else ""


@register.filter
def table_day(value: date | None) -> str:
    return formats.table_day(value) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    return formats.clock(value) if value else ""


@register.filter
def stamp(value: datetime | None) -> str:
    return formats.stamp(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value, now=timezone.now()) if value else ""


@register.filter
def relative(value: datetime | None) -> str:
    return formats.relative(value, now=timezone.now()) if value else ""


@register.filter
def with_code(value: object) -> SafeString:
    """Return a text of ours with what stands between backticks set as code."""
    parts = enumerate(str(value).split("`"))
    pieces = ((format_html("<code>{}</code>", part) if odd % 2 else part,) for odd, part in parts)
    return format_html_join("", "{}", pieces)


@register.filter
def stops_private_keys(field: BoundField) -> bool:
    """Say whether the browser shall refuse private keys in this field (static/js/private.mjs)."""
    return "data-private-stop" in field.field.widget.attrs


class ErrorLine(NamedTuple):
    """One line of the error summary; `target` is "" where no field is at fault."""

    target: str
    text: str


@register.filter
def error_lines(form: BaseForm | BaseFormSet[Any] | None) -> list[ErrorLine]:
    """Return what is wrong in a form or formset, in the order of the page."""
    if form is None or not form.is_bound:
        return []
    if isinstance(form, BaseFormSet):
        own = [ErrorLine("", str(text)) for text in form.non_form_errors()]
        return own + [line for part in form.forms for line in error_lines(part)]
    lines = [ErrorLine("", str(text)) for text in form.non_field_errors()]
    for field in form:
        lines += [ErrorLine(_target(field), text) for text in _texts(field)]
    return lines


def _texts(field: BoundField) -> list[str]:
    """The errors of a field as they read away from it: the usual ones do not name their field."""
    texts = []
    for error in field.errors.as_data():
        (text,) = error.messages
        if error.code == "required":
            asked = (
                gettext("Velg «%(field)s»")
                if field.use_fieldset
                else gettext("Fyll ut «%(field)s»")
            )
            text = asked % {"field": field.label}
        elif field.is_hidden:
            text = f"{field.label}: {text}"
        texts.append(text)
    return texts


def _target(field: BoundField) -> str:
    if field.is_hidden:
        return ""
    # A group of choices has no element of its own that can take focus; its first choice can.
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
