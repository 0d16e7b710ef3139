"""What is done about contact points, following, and changes that are announced."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid
from onboarding.notices.services import notify
from onboarding.suppliers import tokens
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import (
    Acknowledgement,
    ChangeNotice,
    ContactPoint,
    Follower,
    Organization,
)
from onboarding.suppliers.queries import contacts as queries
from onboarding.suppliers.queries.recipients import addresses_of, administrators_of
from onboarding.suppliers.rules import contacts as rules


class Asked(NamedTuple):
    """A contact point and the token of the link to it, which is known here and now only."""

    point: ContactPoint
    token: str


@transaction.atomic
def add(*, organization_id: int, purpose: str, email: str, by: Actor, at: datetime) -> Asked:
    """Add an address; it counts once its link has been used.

    Raises NotPermitted, NotPossibleNow for too many, Invalid for one that is there.
    """
    rules.check_write(by, organization_id)
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    rules.check_room(ContactPoint.objects.filter(organization=organization_id).count())
    token = tokens.new()
    try:
        with transaction.atomic():
            point = ContactPoint.objects.create(
                organization_id=organization_id,
                purpose=purpose,
                email=email,
                created_at=at,
                created_by_id=by.user_id or 0,
                token_hash=tokens.digest(token),
                asked_at=at,
            )
    except IntegrityError as error:
        raise Invalid(_("Adressen står der allerede."), field="email") from error
    _record("contact_point.added", point, by.name, at)
    return Asked(point, token)


@transaction.atomic
def ask_again(*, point_id: UUID, by: Actor, at: datetime) -> Asked:
    """Make a new link to an address; the earlier one is dead from now on."""
    point = ContactPoint.objects.select_for_update().get(pk=point_id)
    rules.check_write(by, point.organization_id)
    token = tokens.new()
    point.token_hash, point.asked_at = tokens.digest(token), at
    point.save(update_fields=["token_hash", "asked_at"])
    return Asked(point, token)


@transaction.atomic
def verify(*, digest: str, at: datetime) -> ContactPoint:
    """Note that whoever reads at an address has answered. Safe to repeat; raises Gone.

    Nobody needs to be logged in: a shared mailbox has no person.
    """
    found = ContactPoint.objects.select_for_update().filter(token_hash=digest).first()
    point = rules.check_link(found, at)
    if point.verified_at is None:
        point.verified_at = at
        point.save(update_fields=["verified_at"])
        _record("contact_point.verified", point, point.get_purpose_display(), at)
    return point


@transaction.atomic
def remove(*, point_id: UUID, by: Actor, at: datetime) -> None:
    """Take an address away. Raises NotPermitted."""
    point = ContactPoint.objects.select_for_update().get(pk=point_id)
    rules.check_write(by, point.organization_id)
    _record("contact_point.removed", point, by.name, at)
    point.delete()


@transaction.atomic
def follow(*, organization_id: int, by: Actor, at: datetime) -> None:
    """Let a member follow the change notices for the organisation. Safe to repeat."""
    rules.check_follow(by, organization_id)
    _row, is_new = Follower.objects.get_or_create(
        organization_id=organization_id, user_id=by.user_id or 0, defaults={"created_at": at}
    )
    if is_new:
        _record_follower("follower.added", organization_id, by, at)


@transaction.atomic
def unfollow(*, organization_id: int, by: Actor, at: datetime) -> None:
    """End following. Safe to repeat."""
    rows = Follower.objects.filter(organization=organization_id, user=by.user_id or 0)
    if rows.delete()[0]:
        _record_follower("follower.removed", organization_id, by, at)


@transaction.atomic
def acknowledge(*, change_id: UUID, organization_id: int, by: Actor, at: datetime) -> None:
    """Take note of a change for the organisation. Safe to repeat: the first who did stands."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    change = ChangeNotice.objects.get(pk=change_id)
    rules.check_acknowledge(by, organization_id, change)
    row, is_new = Acknowledgement.objects.get_or_create(
        change=change,
        organization_id=organization_id,
        defaults={"user_id": by.user_id or 0, "name": by.name, "at": at},
    )
    if is_new:
        record(
            "change.acknowledged",
            subject=row,
            actor=by.name,
            at=at,
            organization_id=organization_id,
            environment=Environment.PRODUCTION,
            title=change.title_nb,
        )


class ChangeWording(NamedTuple):
    """What a change notice says."""

    title_nb: str
    title_en: str
    text_nb: str
    text_en: str
    is_profile_change: bool
    applies_from: date | None


@transaction.atomic
def write_change(
    *, change_id: UUID | None, wording: ChangeWording, by: Actor, at: datetime
) -> ChangeNotice:
    """Begin a change notice, or change one that nobody has been told of yet."""
    rules.check_publish(by)
    if change_id is None:
        change = ChangeNotice(created_at=at, created_by_id=by.user_id or 0)
    else:
        change = ChangeNotice.objects.select_for_update().get(pk=change_id)
        rules.check_draft(change)
    for name, value in wording._asdict().items():
        setattr(change, name, value)
    change.save()
    record("change.written", subject=change, actor=by.name, at=at, title=change.title_nb)
    return change


@transaction.atomic
def publish_change(*, change_id: UUID, by: Actor, at: datetime) -> ChangeNotice:
    """Announce a change to all followers; where nobody follows, to the administrators.

    Raises NotPermitted, and NotPossibleNow for one that is published.
    """
    rules.check_publish(by)
    change = ChangeNotice.objects.select_for_update().get(pk=change_id)
    rules.check_draft(change)
    change.published_at, change.published_by_id = at, by.user_id
    change.save()
    record("change.published", subject=change, actor=by.name, at=at, title=change.title_nb)
    for organization in Organization.objects.filter(pk__in=queries.concerned()).order_by("pk"):
        _tell(change, organization, at)
    return change


def _tell(change: ChangeNotice, organization: Organization, at: datetime) -> None:
    followers = [row.user for row in queries.followers(organization.pk)]
    users: list[User] = followers or list(administrators_of(organization.pk))

    def text() -> str:
        parts = [change.text]
        if change.is_profile_change:
            parts.append(_("En som følger endringsvarslene, kvitterer for den innen 30 dager."))
        if not followers:
            words = _("Ingen følger endringsvarslene for %(name)s ennå. Siden lar deg gjøre det.")
            parts.append(words % {"name": organization.name})
        return "\n\n".join(parts)

    notify(
        users=users,
        emails=addresses_of(organization.pk),
        kind="change.published",
        subject=lambda: change.title,
        text=text,
        url=reverse("contacts:list", args=[Environment.TEST, organization.number]),
        dedupe_key=f"change:{change.pk}:{organization.pk}",
        at=at,
    )


def _record(kind: str, point: ContactPoint, actor: str, at: datetime) -> None:
    record(
        kind,
        subject=point,
        actor=actor,
        at=at,
        organization_id=point.organization_id,
        environment=Environment.PRODUCTION,
        purpose=point.purpose,
    )


def _record_follower(kind: str, organization_id: int, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=User(pk=by.user_id),
        actor=by.name,
        at=at,
        organization_id=organization_id,
        environment=Environment.PRODUCTION,
    )
