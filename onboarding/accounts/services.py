"""What is done to people: letting them in, and keeping what they say about themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.accounts import emails
from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.core.refusals import NotPermitted, NotPossibleNow


@transaction.atomic
def admit_demo_person(*, username: str, at: datetime) -> User | None:
    """Return the person of the demo with this user name, and log the login; None if there is none.

    The caller has made sure that this is a demo; people who are not of the demo are never let in
    this way, whatever they are called.
    """
    user = User.objects.filter(username=username, is_demo=True, is_active=True).first()
    if user:
        record("person.logged_in", subject=user, actor=user.name, at=at, way="demo")
    return user


@transaction.atomic
def change_phone(*, user_id: int, phone: str, at: datetime) -> User:
    """Keep a phone number (E.164, or "" for none). Safe to repeat; only a change is logged."""
    user = _locked(user_id)
    if user.phone != phone:
        user.phone = phone
        user.save(update_fields=["phone"])
        record("person.phone_changed", subject=user, actor=user.name, at=at)
    return user


def keep_language(*, user_id: int, language: str) -> None:
    """Remember the language of the portal that a person has chosen: letters come in it too."""
    User.objects.filter(pk=user_id).exclude(language=language).update(language=language)


@transaction.atomic
def change_email(*, change: emails.Change, by_id: int, at: datetime) -> User:
    """Take over the address that a link from the letter to it has proved.

    Raises NotPermitted for another person's link, NotPossibleNow for one that has been used or
    overtaken by another change.
    """
    if change.user_id != by_id:
        raise NotPermitted(_("Lenken hører til en annen person. Logg inn som den som ba om den."))
    user = _locked(by_id)
    if user.email != change.old:
        raise NotPossibleNow(_("Adressen er endret etter at lenken ble sendt. Be om en ny lenke."))
    user.email = change.new
    user.save(update_fields=["email"])
    record("person.email_changed", subject=user, actor=user.name, at=at)
    return user


def _locked(user_id: int) -> User:
    """Lock a person against changes, not against rows that only refer to him."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)
