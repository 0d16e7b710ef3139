"""Drafts: made by a supplier's software, answered by a person (ADR 20)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.services import drafts as clients
from onboarding.clients.states import Answer
from onboarding.core.refusals import NotPossibleNow
from onboarding.jose.jwk import PublicKey
from onboarding.keys import services as keys
from onboarding.keys.states import Origin
from onboarding.selfservice import rules
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Wrong, wrong
from onboarding.selfservice.queries.drafts import Shown, shown
from onboarding.selfservice.queries.offers import offer
from onboarding.selfservice.services import braking
from onboarding.selfservice.services.faulty_keys import key_faults
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.systems.models import AutomationKey, Revision
from onboarding.systems.services import note_use
from onboarding.systems.states import Tenancy, UriKind

LIFE: Final = timedelta(hours=24)
KEY_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """What software asks for. `scopes` in `content` empty means those that are preselected.

    `public_jwk` is a JWK as text, as it came.
    """

    organization_number: str
    public_jwk: str
    content: Content
    return_to: str


def create(asked: Asked, *, key: AutomationKey, at: datetime) -> ClientDraft:
    """Make a draft for an organisation, to be answered within a day. Nothing works before that.

    `key.system.current` and its organisation are loaded. Raises Wrong with all that is wrong, or
    with what stops the supplier in production. A private key that was sent is barred for ever,
    which holds although the draft is refused.
    """
    return keep(judge(asked, key=key, at=at), key=key, at=at)


def judge(
    asked: Asked, *, key: AutomationKey, at: datetime, offered: rules.Offer | None = None
) -> ClientDraft:
    """Return the draft that create() would make, with preselected scopes filled in; make none.

    `offered` is what the client system offers, for whoever judges many. Raises Wrong as create()
    does.
    """
    revision = template(key)
    judged = keys.judge_new(asked.public_jwk)
    if judged.private_thumbprints:
        keys.bar(judged.private_thumbprints, client=key.system, by=_maker(key), at=at)
    braking.check(key.system.organization, key.system.environment, at)
    offered = offered or offer(revision)
    content = _with_preselected(asked.content, offered)
    faults = [
        *rules.organization_faults(asked.organization_number),
        *key_faults(judged, revision.name, place="/publicJwk"),
        *rules.content_faults(content, offered),
        *(rules.return_address_faults(asked.return_to, offered) if asked.return_to else ()),
    ]
    if faults:
        raise Wrong(faults)
    [public] = judged.keys
    return _draft(asked, content, public, key, revision, at)


@transaction.atomic
def keep(
    draft: ClientDraft, *, key: AutomationKey, at: datetime, by: Actor | None = None
) -> ClientDraft:
    """Make a draft that judge() returned; from now on it can be answered.

    `by` is who does it with the key, unless that is software.
    """
    draft.save(force_insert=True)
    note_use(key_id=key.pk, at=at)
    record(
        "draft.made",
        subject=draft,
        actor=(by or _maker(key)).name,
        at=at,
        organization_id=key.system.organization_id,
        environment=draft.environment,
        system=str(key.system_id),
        organization=draft.organization_number,
    )
    return draft


@transaction.atomic
def answer(answer: Answer, *, draft_id: UUID, seen: str, by: Actor, at: datetime) -> ClientDraft:
    """Confirm or decline a draft, once. After a yes its client gets tokens at the next request.

    `seen` is the fingerprint of what was on the page: a yes is to that and nothing else. Raises
    rules.NotHere, NotPermitted, rules.Gone, and NotPossibleNow for a draft that was answered, that
    is no longer what was shown, or whose key has come to be used elsewhere meanwhile.
    """
    rows = ClientDraft.objects.select_for_update(of=("self",))
    draft = rows.select_related("revision__system__organization").get(pk=draft_id)
    page = shown(draft)
    rules.check_answer(draft, page.organization, by, at)
    rules.check_seen(page.fingerprint, seen)
    if page.organization is None:  # check_answer has seen to it
        raise NotPossibleNow(_("Virksomheten er ikke registrert her."))
    if answer is Answer.CONFIRM:
        _take_into_use(page, page.organization, by, at)
    clients.settle(draft, answer, organization=page.organization, by=by, at=at)
    return draft


def _take_into_use(
    page: Shown, organization: Organization, by: Actor, at: datetime
) -> ClientConfiguration:
    content, offered = page.content, page.offered
    if rules.content_faults(content, offered):
        raise NotPossibleNow(
            _("Klientsystemet tilbyr ikke lenger alt kladden ber om. Start på nytt derfra.")
        )
    values = dict(content.claims)
    client = clients.take_into_use(
        page.draft,
        organization=organization,
        scopes=[offered.scopes[name] for name in content.scopes],
        claims={
            claim: values[claim.claim_type]
            for claim in offered.claims_of(content.scopes)
            if claim.claim_type in values
        },
        uris=uris_of(content),
        children=content.children,
        by=by,
        at=at,
    )
    try:
        keys.register(
            client_id=client.pk,
            text=json.dumps(page.draft.public_jwk),
            alg=None,
            origin=Origin.API,
            lifetime_days=KEY_DAYS,
            by=by,
            at=at,
        )
    except keys.KeyRefused as refused:
        raise NotPossibleNow(" ".join(refused.headlines)) from refused
    return client


def uris_of(content: Content) -> Mapping[UriKind, tuple[str, ...]]:
    return {
        UriKind.REDIRECT: content.redirect_uris,
        UriKind.POST_LOGOUT: content.post_logout_uris,
    }


def template(key: AutomationKey) -> Revision:
    """Return the version of the client system that drafts are made from. Raises Wrong for none."""
    revision = key.system.current
    if revision is None or revision.tenancy == Tenancy.MULTI:
        raise wrong(
            "api.multi_tenant",
            "The client system must be published and single-tenant for drafts to be made from it.",
            status=409,
        )
    return revision


def _with_preselected(content: Content, offered: rules.Offer) -> Content:
    if content.scopes:
        return content
    members = content.to_json() | {"apiScopes": list(offered.preselected)}
    return Content.of_json(members)


def _maker(key: AutomationKey) -> Actor:
    return Actor(name=f"automation key «{key.name}»")


def _draft(
    asked: Asked,
    content: Content,
    public: PublicKey,
    key: AutomationKey,
    revision: Revision,
    at: datetime,
) -> ClientDraft:
    return ClientDraft(
        environment=key.system.environment,
        revision=revision,
        automation_key=key,
        organization_number=asked.organization_number,
        content=content.to_json(),
        public_jwk=dict(public.jwk),
        thumbprint=public.thumbprint,
        return_to=asked.return_to,
        created_at=at,
        expires_at=at + LIFE,
    )
