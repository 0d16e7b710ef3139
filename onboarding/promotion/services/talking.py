"""What either side adds to the threads of a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.core.refusals import Invalid
from onboarding.promotion import rules
from onboarding.promotion.models import Comment
from onboarding.promotion.services.moving import locked_case, person, record
from onboarding.suppliers.actors import Actor


@transaction.atomic
def comment(
    *, case_id: UUID, item: str, text: str, token: UUID, by: Actor, at: datetime
) -> Comment:
    """Add to the thread of an item, or of the whole case where `item` is empty.

    `token` comes with the form: sent twice, the comment is one. Raises Refused, and Invalid for
    a comment that says nothing.
    """
    case = locked_case(case_id)
    rules.check_comment(case, by)
    if known := case.comments.filter(token=token, created_by=by.user_id).first():
        return known
    if item and not case.checklist.items.filter(key=item).exists():
        raise Invalid(_("Sjekkpunktet gjelder ikke saken."))
    if not text.strip():
        raise Invalid(_("Skriv en kommentar."), field="text")
    added = Comment.objects.create(
        case=case,
        item=item,
        text=text,
        by_reviewer=not rules.is_supplier(case, by),
        created_at=at,
        created_by_id=person(by),
        token=token,
    )
    record("comment", case, by, at, message=text, to_desk=not added.by_reviewer, item=item)
    return added
