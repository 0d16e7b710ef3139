"""What is done about terms of use: written, published, accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Acceptance, Organization, Terms, TermsDuty
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.rules import terms as rules
from onboarding.suppliers.services import campaigns


class Wording(NamedTuple):
    """What a draft says. `duties` gives the section and the checklist items of each duty."""

    version: str
    text_nb: str
    text_en: str
    is_example: bool
    duties: Mapping[str, tuple[int, str]]


@transaction.atomic
def draft(*, wording: Wording, by: Actor, at: datetime) -> Terms:
    """Begin a new version. Raises NotPermitted, and Invalid for a version that exists."""
    rules.check_write(by)
    terms = Terms(created_at=at, created_by_id=by.user_id or 0)
    _save(terms, wording)
    record("terms.drafted", subject=terms, actor=by.name, at=at, version=terms.version)
    return terms


@transaction.atomic
def edit(*, terms_id: UUID, wording: Wording, seen: int, by: Actor, at: datetime) -> Terms:
    """Change a draft that nobody has changed since it was `seen`; published ones never change.

    Raises NotPermitted, NotPossibleNow, and Invalid for a version that exists.
    """
    rules.check_write(by)
    terms = Terms.objects.select_for_update().get(pk=terms_id)
    rules.check_draft(terms, seen)
    terms.edits += 1
    _save(terms, wording)
    record("terms.edited", subject=terms, actor=by.name, at=at, version=terms.version)
    return terms


@transaction.atomic
def publish(*, terms_id: UUID, valid_from: datetime, seen: int, by: Actor, at: datetime) -> Terms:
    """Publish a draft and begin its campaign: everybody who has to accept it is told.

    From `valid_from` on, whoever has not can create and change nothing in production.
    Raises NotPermitted, NotPossibleNow, and Invalid for a date that is too near.
    """
    rules.check_write(by)
    # All drafts: of two that are published at once, the second sees the first.
    drafts = list(Terms.objects.select_for_update().order_by("pk"))
    terms = next(each for each in drafts if each.pk == terms_id)
    rules.check_draft(terms, seen)
    rules.check_publish(
        terms,
        duties=list(terms.duties.values_list("code", flat=True)),
        valid_from=valid_from,
        latest=queries.latest(),
        at=at,
    )
    terms.sha256_nb, terms.sha256_en = _sha256(terms.text_nb), _sha256(terms.text_en)
    terms.valid_from, terms.published_at, terms.published_by_id = valid_from, at, by.user_id
    terms.save()
    record(
        "terms.published",
        subject=terms,
        actor=by.name,
        at=at,
        version=terms.version,
        valid_from=valid_from.isoformat(),
        sha256_nb=terms.sha256_nb,
        sha256_en=terms.sha256_en,
    )
    campaigns.announce(terms, at)
    return terms


@transaction.atomic
def accept(
    *,
    terms_id: UUID,
    organization_id: int,
    role: str,
    language: str,
    sha256: str,
    by: Actor,
    at: datetime,
) -> Acceptance:
    """Accept a version for an organisation, in the text with this hash. Safe to repeat.

    Raises NotPermitted for who may not bind it, NotPossibleNow for another text than is there
    now, a version that does not apply, or one that somebody else has accepted already.
    """
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    people = get_text_list(queries.signatories(organization_id), _("eller"))
    rules.check_accept(by, organization_id, people)
    terms = Terms.objects.get(pk=terms_id)
    earlier = Acceptance.objects.filter(organization=organization, terms=terms).first()
    if earlier and earlier.user_id == by.user_id:
        return earlier
    rules.check_first(earlier, at)
    rules.check_text(terms, language, sha256, queries.acceptable(at))
    user = User.objects.get(pk=by.user_id or 0)
    acceptance = Acceptance.objects.create(
        organization=organization,
        terms=terms,
        user=user,
        name=user.name,
        role=role,
        language=language,
        sha256=sha256,
        at=at,
    )
    record(
        "terms.accepted",
        subject=acceptance,
        actor=by.name,
        at=at,
        organization_id=organization_id,
        environment=Environment.PRODUCTION,
        version=terms.version,
        role=role,
        sha256=sha256,
    )
    return acceptance


def _save(terms: Terms, wording: Wording) -> None:
    terms.version, terms.is_example = wording.version, wording.is_example
    terms.text_nb, terms.text_en = wording.text_nb, wording.text_en
    try:
        with transaction.atomic():
            terms.save()
    except IntegrityError as error:
        raise Invalid(
            _("Versjon %(version)s finnes. Gi denne et annet nummer.")
            % {"version": wording.version},
            field="version",
        ) from error
    terms.duties.all().delete()
    TermsDuty.objects.bulk_create(
        TermsDuty(terms=terms, code=code, section=section, checked_by=checked_by)
        for code, (section, checked_by) in wording.duties.items()
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
