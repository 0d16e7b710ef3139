"""Who may write, publish and accept terms of use, and when. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.core.formats import day, moment
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Acceptance, Terms
from onboarding.suppliers.states import STOPPED, Duty, SupplierState

# New terms are announced at least this long before they apply, as the terms themselves say.
NOTICE_PERIOD = timedelta(days=60)
# How many days before a version applies those who have not accepted it are reminded. 0: it does.
REMINDERS = (60, 30, 7, 1, 0)


class Braked(NotPossibleNow):
    """An organisation may create and change nothing in production now.

    `missing` is the version of the terms that it has not accepted; "" where it is stopped.
    """

    def __init__(self, text: str, *, missing: str = "") -> None:
        super().__init__(text)
        self.missing = missing


def may_bind(actor: Actor, organization_id: int) -> bool:
    """Say whether the actor may accept terms for the organisation."""
    return organization_id in actor.binds


def check_write(actor: Actor) -> None:
    """Return if the actor may write and publish terms; raise NotPermitted."""
    if not actor.is_operator:
        raise NotPermitted(_("Bare en forvalter på plattformen kan skrive bruksvilkår."))


def check_draft(terms: Terms, seen: int) -> None:
    """Return if this is a draft as it was when it was opened; raise NotPossibleNow."""
    if terms.published_at:
        raise NotPossibleNow(
            _("Versjon %(version)s er publisert og endres ikke mer. Lag en ny versjon.")
            % {"version": terms.version}
        )
    if terms.edits != seen:
        raise NotPossibleNow(
            _("Kladden er endret siden du åpnet den. Last siden på nytt, og gjør endringen igjen.")
        )


def check_publish(
    terms: Terms,
    *,
    duties: Collection[str],
    valid_from: datetime,
    latest: Terms | None,
    at: datetime,
) -> None:
    """Return if a draft may be published with this date; raise Invalid.

    `latest` is the published version that applies last. The first version binds nobody yet, so
    it may apply at once; each later one gives everybody the notice period.
    """
    if set(duties) != set(Duty.values):
        raise Invalid(_("Kladden må si hvor hver av de fem pliktene står."), field="valid_from")
    if latest is None:
        return
    earliest = at + NOTICE_PERIOD
    if valid_from < earliest:
        raise Invalid(
            _("Nye vilkår varsles minst %(days)d dager før de gjelder: tidligst %(day)s.")
            % {"days": NOTICE_PERIOD.days, "day": day(earliest + timedelta(days=1))},
            field="valid_from",
        )
    if latest.valid_from and valid_from <= latest.valid_from:
        raise Invalid(
            _("Versjon %(version)s gjelder fra %(day)s. En nyere må gjelde fra en senere dag.")
            % {"version": latest.version, "day": day(latest.valid_from)},
            field="valid_from",
        )


def check_accept(actor: Actor, organization_id: int, signatories: str) -> None:
    """Return if the actor may bind the organisation; raise NotPermitted that names who may."""
    if may_bind(actor, organization_id):
        return
    if signatories:
        raise NotPermitted(
            _("Bare en person med signaturrett kan godta bruksvilkårene: %(people)s.")
            % {"people": signatories}
        )
    raise NotPermitted(
        _(
            "Bare en person med signaturrett kan godta bruksvilkårene. "
            "En administrator sier hvem det er, på siden «Folk og tilganger»."
        )
    )


def check_text(terms: Terms, language: str, sha256: str, acceptable: Collection[Terms]) -> None:
    """Return if what was read is what would be accepted; raise NotPossibleNow."""
    if terms not in acceptable:
        raise NotPossibleNow(_("Denne versjonen kan ikke godtas nå. En annen gjelder."))
    if sha256 != terms.sha256(language):
        raise NotPossibleNow(_("Teksten er ikke den du leste. Les den på nytt, og godta den da."))


def check_first(earlier: Acceptance | None, at: datetime) -> None:
    """Return if nobody has accepted the version for the organisation; raise NotPossibleNow."""
    if earlier:
        raise NotPossibleNow(
            _("%(person)s godtok denne versjonen %(time)s. Du trenger ikke gjøre noe.")
            % {"person": earlier.name, "time": moment(earlier.at, now=at)}
        )


def check_change_in_production(state: str, missing: str) -> None:
    """Return unless an organisation may create and change nothing there; raise Braked.

    Suppliers are bound by approval and terms. An organisation that never applied to be one uses
    what others supply. `missing` is the version of the terms that it has not accepted, or "".
    """
    if state in STOPPED:
        raise Braked(
            _(
                "Godkjenningen av virksomheten som leverandør gjelder ikke nå. "
                "Dere kan ikke opprette eller endre noe i produksjon. "
                "Siden «Leverandørgodkjenning» sier hvorfor."
            )
        )
    if state != SupplierState.NONE and missing:
        raise Braked(
            _(
                "Bruksvilkårene versjon %(version)s er ikke godtatt for virksomheten. "
                "Dere kan ikke opprette eller endre noe i produksjon før en person med "
                "signaturrett har gjort det, på siden «Bruksvilkår»."
            )
            % {"version": missing},
            missing=missing,
        )
