"""How organisations stand with the platform, straight into the tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from onboarding.accounts.models import User
from onboarding.suppliers.forms.terms import USUAL
from onboarding.suppliers.models import (
    Acceptance,
    ChangeNotice,
    ContactPoint,
    Organization,
    Signatory,
    Supplier,
    SupplierStep,
    Terms,
)
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.services import terms
from onboarding.suppliers.services.terms import Wording
from onboarding.suppliers.states import STEPS, Reach, Role, SupplierState
from tests.constants import NOON
from tests.factories import make_organization, make_user


def make_supplier(
    organization: Organization | None = None,
    state: SupplierState = SupplierState.APPROVED,
    **fields: Any,
) -> Supplier:
    """An organisation as a supplier in a state, with the one step that led there."""
    fields = {"since": NOON, "steps": 1} | fields
    since: Any = fields["since"]
    supplier = Supplier.objects.create(
        organization=organization or make_organization(), state=state, **fields
    )
    act = next(act for act, step in STEPS.items() if step.target == state)
    SupplierStep.objects.create(
        supplier=supplier,
        number=1,
        act=act,
        source=STEPS[act].sources[0],
        target=state,
        reason="Avtalen er på plass.",
        at=since,
        by=make_user(is_operator=True),
    )
    return supplier


def make_signatory(organization: Organization, **fields: Any) -> User:
    """Somebody who reads for the organisation in test, and may bind it."""
    user = make_user(organization=organization, role=Role.READER, **fields)
    Signatory.objects.create(
        membership=user.memberships.get(), created_at=NOON, created_by=make_user()
    )
    return user


def wording(**changes: Any) -> Wording:
    """A small text with all that terms need."""
    given: dict[str, Any] = {
        "version": "1.0",
        "text_nb": "**1. Det første.** Vi lover.\n\n**2. Det andre.** Og holder.",
        "text_en": "**1. The first.** We promise.\n\n**2. The second.** And keep.",
        "is_example": False,
        "duties": USUAL,
    }
    return Wording(**(given | changes))


def make_terms(*, valid_from: datetime = NOON, **changes: Any) -> Terms:
    """A published version, announced in good time."""
    by = actor_for(make_user(is_operator=True))
    announced = min(NOON, valid_from - timedelta(days=100))
    draft = terms.draft(wording=wording(**changes), by=by, at=announced)
    return terms.publish(terms_id=draft.pk, valid_from=valid_from, seen=0, by=by, at=announced)


def make_acceptance(organization: Organization, terms: Terms, user: User) -> Acceptance:
    """That a version was accepted, as the row that says so."""
    return Acceptance.objects.create(
        organization=organization,
        terms=terms,
        user=user,
        name=user.name,
        role="daglig leder",
        language="nb",
        sha256=terms.sha256_nb,
        at=NOON,
    )


def make_contact_point(organization: Organization, by: User) -> ContactPoint:
    """An address that nobody has confirmed."""
    return ContactPoint.objects.create(
        organization=organization,
        purpose=Reach.OPERATIONS,
        email="drift@acme.example",
        created_at=NOON,
        created_by=by,
        token_hash="0" * 64,
        asked_at=NOON,
    )


def make_change(**fields: Any) -> ChangeNotice:
    """A change of the security profile that was announced."""
    olav = make_user(is_operator=True)
    known: dict[str, Any] = {
        "title_nb": "Ny algoritme",
        "title_en": "New algorithm",
        "text_nb": "Bytt.",
        "text_en": "Change.",
        "is_profile_change": True,
        "created_at": NOON,
        "created_by": olav,
        "published_at": NOON,
        "published_by": olav,
    }
    return ChangeNotice.objects.create(**known | fields)
