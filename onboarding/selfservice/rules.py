"""What a client system lets its clients ask for, and who may answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from onboarding.apis.models import ApiClaim, Scope
from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftState
from onboarding.core import orgnumbers
from onboarding.core.formats import moment
from onboarding.core.refusals import NotPossibleNow, Refused
from onboarding.selfservice import return_address
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Fault, pointer, wrong
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.rules import check_answered, check_right, may
from onboarding.suppliers.states import Right
from onboarding.systems import uris

MOST: Final = 100  # entries of a list
CLAIM_LENGTH: Final = 200


class NotHere(Refused):
    """For whoever has no part in it, it does not exist."""

    status = 404


class Gone(NotPossibleNow):
    """It was there until its time was over."""

    status = 410


@dataclass(frozen=True, slots=True)
class Offer:
    """What a version of a client system offers: scopes by name, and which are preselected.

    `needs_redirects`: people log in with its clients.
    """

    scopes: Mapping[str, Scope]
    preselected: tuple[str, ...]
    claims: Sequence[ApiClaim]
    uris: tuple[str, ...]
    needs_redirects: bool = False

    def claims_of(self, scopes: Collection[str]) -> list[ApiClaim]:
        """Return the claims that the APIs of these scopes want filled in."""
        apis = {self.scopes[name].api_id for name in scopes if name in self.scopes}
        return [claim for claim in self.claims if claim.api_id in apis]


def content_faults(content: Content, offer: Offer) -> list[Fault]:
    """Return all that a client of this version of the client system cannot have."""
    return [
        *_scope_faults(content, offer),
        *_claim_faults(content, offer),
        *_uri_faults("redirectUris", content.redirect_uris),
        *_uri_faults("postLogoutRedirectUris", content.post_logout_uris),
        *_child_faults(content.children),
    ]


def replacement_faults(content: Content, offer: Offer, *, names_redirects: bool) -> list[Fault]:
    """Return all that a client cannot be changed to; an update replaces everything there is.

    `names_redirects` says whether the update has redirect URIs at all, be it an empty list.
    """
    faults = content_faults(content, offer)
    if offer.needs_redirects and not names_redirects:
        detail = _(
            "En oppdatering erstatter alt, så redirectUris som mangler eller er null, ville tatt "
            "dem bort, og klienter av dette systemet har sine egne. Send listen; en tom liste står "
            "for klientsystemets."
        )
        faults.append(Fault("api.redirect_uris", pointer("redirectUris"), detail))
    return faults


def check_version(current: str, asked: str) -> None:
    """Return if an update is to the version that there is (RFC 9110 §13.1.1); raise Wrong if not.

    `asked` is If-Match as it came, "" for none: then the last one wins, as in the original.
    """
    if not asked or asked.strip() == "*" or current in (tag.strip() for tag in asked.split(",")):
        return
    raise wrong(
        "api.version",
        "The client has changed since that version. Read it again, and change that.",
        status=412,
        ETag=current,
    )


def organization_faults(number: str) -> list[Fault]:
    if orgnumbers.is_valid(number):
        return []
    detail = _("Forventet ni sifre, der det siste er et kontrollsiffer.")
    return [Fault("api.organization", pointer("organizationNumber"), detail)]


def return_address_faults(uri: str, offer: Offer) -> list[Fault]:
    place = "postClientConfirmationRedirectUri"
    registered = offer.uris
    return _checked(
        "api.return_address", (place,), uri, lambda text: return_address.check(text, registered)
    )


def _scope_faults(content: Content, offer: Offer) -> list[Fault]:
    if not content.scopes:
        detail = _("En klient trenger minst ett scope, og klientsystemet forhåndsvelger ingen.")
        return [Fault("api.scope", pointer("apiScopes"), detail)]
    return [
        Fault(
            "api.scope",
            pointer("apiScopes", index),
            _("Klientsystemet tilbyr ikke dette scopet."),
        )
        for index, name in enumerate(content.scopes)
        if name not in offer.scopes
    ]


def _claim_faults(content: Content, offer: Offer) -> list[Fault]:
    place = "audienceSpecificClientClaims"
    needed = {claim.claim_type: claim for claim in offer.claims_of(content.scopes)}
    faults = []
    for index, (key, value) in enumerate(content.claims):
        if key not in needed:
            detail = _("Ingen API bak de valgte scopene har denne opplysningen.")
            faults.append(Fault("api.claim", pointer(place, index, "key"), detail))
        elif not 1 <= len(value) <= CLAIM_LENGTH or not value.isprintable():
            detail = _("Forventet 1 til %(most)d synlige tegn.") % {"most": CLAIM_LENGTH}
            faults.append(Fault("api.claim", pointer(place, index, "value"), detail))
    given = dict(content.claims)
    if len(given) < len(content.claims):
        faults.append(
            Fault("api.claim", pointer(place), _("En opplysning står der mer enn én gang."))
        )
    faults += [
        Fault(
            "api.claim", pointer(place), _("API-et trenger en verdi for %(name)s.") % {"name": name}
        )
        for name, claim in needed.items()
        if claim.is_required and name not in given
    ]
    return faults


def _uri_faults(place: str, addresses: Sequence[str]) -> list[Fault]:
    if len(addresses) > uris.MAX_COUNT:
        return [Fault("api.uri", pointer(place), _at_most(uris.MAX_COUNT))]
    return [
        fault
        for index, uri in enumerate(addresses)
        for fault in _checked("api.uri", (place, index), uri, uris.check)
    ]


def _child_faults(numbers: Sequence[str]) -> list[Fault]:
    place = "childOrganizationNumbers"
    if len(numbers) > MOST:
        return [Fault("api.organization", pointer(place), _at_most(MOST))]
    detail = _("Forventet ni sifre, der det siste er et kontrollsiffer.")
    return [
        Fault("api.organization", pointer(place, index), detail)
        for index, number in enumerate(numbers)
        if not orgnumbers.is_valid(number)
    ]


def _at_most(count: int) -> str:
    return _("Forventet høyst %(most)d.") % {"most": count}


def _checked(
    code: str, place: tuple[str | int, ...], uri: str, check: Callable[[str], None]
) -> list[Fault]:
    try:
        check(uri)
    except uris.BadUri as error:
        return [Fault(code, pointer(*place), str(error))]
    return []


def may_answer(actor: Actor, organization: Organization | None, environment: str) -> bool:
    """Say whether the actor may say yes or no for the organisation; always a person."""
    if organization is None or actor.user_id is None:
        return False
    return may(Right.USE, actor, organization.pk, environment)


def check_answer(
    draft: ClientDraft, organization: Organization | None, actor: Actor, at: datetime
) -> None:
    """Return if the actor may answer the draft now.

    Raises Unanswered where it is not known what he may do, NotHere for whoever has nothing to do
    with the organisation, NotPermitted for its readers, Gone after the time was over, and
    NotPossibleNow for a draft that was answered.
    """
    check_answered(actor, draft.environment)
    here = organization.pk if organization else 0
    if (here, draft.environment) not in actor.represented:
        raise NotHere(_("Du opptrer ikke for virksomheten som kladden gjelder."))
    check_right(Right.USE, actor, here, draft.environment)
    match draft.state(at):
        case DraftState.EXPIRED:
            raise Gone(
                _("Kladden gikk ut %(time)s, og ingenting er koblet til.")
                % {"time": moment(draft.expires_at, now=at)}
            )
        case DraftState.CONFIRMED | DraftState.DECLINED as state:
            raise NotPossibleNow(
                _("Kladden er besvart fra før: «%(state)s».") % {"state": state.label}
            )


def check_seen(fingerprint: str, seen: str) -> None:
    """Return if what was on the page is what is there now; raise NotPossibleNow if not."""
    if fingerprint != seen:
        raise NotPossibleNow(
            _("Noe er endret etter at du åpnet siden, så ingenting er gjort. Les den på nytt.")
        )
