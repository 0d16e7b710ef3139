"""What all forms share: fields for text that other people will read, and answers to refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, QueryDict

from onboarding.core.names import clean_name
from onboarding.core.refusals import Invalid, NotPermitted, Refused

T = TypeVar("T")


class LineField(forms.CharField):
    """One line of visible characters, in NFC and with single spaces."""

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class ProseField(forms.CharField):
    """Lines of visible characters. Line ends become "\\n"."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> str:
        return "\n".join(clean_name(line) for line in super().clean(value).splitlines())


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, however little; None where it is only to be shown."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, act: Callable[..., T]) -> T | None:
    """Call `act` with what a valid form holds; return its result, or None where it was not done.

    What `act` refuses is put on the form, at the field that it names. NotPermitted goes on to
    the page for it: no other input would help.
    """
    if not form.is_valid():
        return None
    try:
        return act(**form.cleaned_data)
    except NotPermitted:
        raise
    except Refused as refusal:
        put_on(form, refusal)
        return None


def put_on(form: forms.Form, refusal: Refused) -> None:
    """Show a refusal where the person can do something about it."""
    field = refusal.field if isinstance(refusal, Invalid) else ""
    error = ValidationError(str(refusal), code=str(refusal.status))
    form.add_error(field if field in form.fields else None, error)


def status(form: forms.Form) -> int:
    """Return the HTTP status of a page that shows the form: 200, 422 or 409."""
    if form.has_error(NON_FIELD_ERRORS, code="409"):
        return 409
    return 422 if form.errors else 200
