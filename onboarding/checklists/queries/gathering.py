"""Reading the facts that the rules judge: the same number of queries whatever the traffic."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Case, IntegerField, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from onboarding.apis.states import Dpop
from onboarding.checklists.facts import (
    PERIOD,
    Change,
    Facts,
    KeyFact,
    Period,
    Records,
    Request,
    Setup,
    Sharing,
)
from onboarding.checklists.models import EvidencePeriod, KeyChange, Subject
from onboarding.checklists.queries import attribution, delegating, subjects
from onboarding.checklists.states import Need
from onboarding.core.environments import Environment
from onboarding.keys.models import Key
from onboarding.sts.issuers import own_issuer
from onboarding.suppliers.queries.contacts import records_of
from onboarding.systems.models import Revision, RevisionUri
from onboarding.systems.states import Selection, Tenancy, UriKind
from onboarding.traffic.models import DayCount, Trace, TraceQuerySet
from onboarding.traffic.states import Endpoint, Origin

# Traces that are read at most, the newest: a client that makes more is judged by these.
MOST: Final = 5000
CHANGES: Final = 5
# The content is read of those rows only that can say for how long to wait.
_WAIT: Final = Case(
    When(
        status__in=(429, 503),
        then=Cast(KeyTextTransform("retry_after", "content"), IntegerField()),
    )
)


def gather(subject: Subject, at: datetime) -> tuple[Facts, str]:
    """Return the facts about a subject at a moment, and the hash of its set-up now."""
    setup_hash = subjects.setup_hash(subject)
    available = _available(subject)
    if subject.revision is None:
        uses_dpop = subject.api is None or subject.api.dpop != Dpop.NONE
        setup = Setup(machine_to_machine=False, needs_dpop=uses_dpop)
        records = _records(subject, at)
        return Facts(at=at, setup=setup, records=records, available=available), setup_hash
    clients = list(subject.evidence_clients.values_list("client", flat=True))
    named = subjects.period(subject)
    on = subjects.leniencies(subject)
    traces = _traces(subject, clients, named, at) if named else []
    keys = list(Key.objects.usable(at).filter(client__in=clients))
    nameless = attribution.own(_of_period(clients, named, at)) if named else []
    own = tuple(_request(row) for row in traces if row.endpoint == Endpoint.TOKEN)
    setup = _setup(subject.revision, on)
    facts = Facts(
        at=at,
        setup=setup,
        clients=len(clients),
        period=_period(named, setup_hash, at) if named else None,
        requests=own,
        unkeyed=tuple(_request(row) for row in nameless),
        calls=tuple(_request(row) for row in traces if row.endpoint == Endpoint.API),
        dropped=_dropped(clients, named) if named else False,
        keys=tuple(_key(key) for key in keys),
        changes=_changes(clients),
        sharing=_sharing(clients, keys, own),
        records=_records(subject, at),
        delegated=delegating.refs(subject, clients) if setup.multi_tenant else {},
        available=available,
    )
    return facts, setup_hash


def _records(subject: Subject, at: datetime) -> Records:
    return Records(*records_of(subject.organization_id, at))


def _available(subject: Subject) -> frozenset[Need]:
    """Which parts of an installation exist here.

    Traces are made by the authorization server that comes along; where another one issues the
    tokens, or traces are switched off, there are none that anything could be judged by.
    """
    here = {Need.KEYS, Need.CONFIG, Need.RECORDS}
    if own_issuer(subject.environment) and settings.TRAFFIC_DAYS:
        here.add(Need.TRACE)
    return frozenset(here)


def _setup(revision: Revision, leniencies_on: list[str]) -> Setup:
    scopes = list(revision.scopes.select_related("scope__api"))
    uris = revision.uris.filter(kind=UriKind.REDIRECT).order_by("pk")
    return Setup(
        machine_to_machine=revision.machine_to_machine,
        user_login=revision.user_login,
        refresh_tokens=revision.refresh_tokens,
        multi_tenant=revision.tenancy == Tenancy.MULTI,
        application_type=revision.application_type,
        preselected=tuple(
            sorted(row.scope.name for row in scopes if row.selection == Selection.PRESELECTED)
        ),
        redirect_uris=tuple(uris.values_list("uri", flat=True)),
        production_hosts=_production_hosts(revision),
        needs_dpop=not scopes or any(row.scope.api.dpop != Dpop.NONE for row in scopes),
        leniencies_on=tuple(leniencies_on),
    )


def _production_hosts(revision: Revision) -> frozenset[str]:
    """The hosts that the same supplier's systems in production send browsers back to."""
    found = RevisionUri.objects.filter(
        revision__system__organization=revision.system.organization_id,
        revision__system__environment=Environment.PRODUCTION,
        kind=UriKind.REDIRECT,
    )
    hosts = {urlsplit(uri).hostname for uri in found.values_list("uri", flat=True)[:1000]}
    return frozenset(host for host in hosts if host)


def _traces(
    subject: Subject, clients: list[UUID], named: EvidencePeriod, at: datetime
) -> list[Trace]:
    """The newest signed rows of the period that were made with the present set-up, in order."""
    # An API does not know the version that its caller was made from.
    here = Q(revision=subject.revision_id) | Q(endpoint=Endpoint.API, revision=None)
    rows = _of_period(clients, named, at).filter(here, signed=True)
    found = rows.order_by("-at", "-id").defer("checks", "findings", "content")
    found = found.annotate(wait_s=_WAIT)[:MOST]
    on = dict.fromkeys(clients, "") | subjects.leniencies_by_client(clients)
    return [row for row in found if _is_present(row, on)][::-1]


def _is_present(row: Trace, leniencies_on: dict[UUID, str]) -> bool:
    is_api = row.endpoint == Endpoint.API
    return is_api or row.leniencies_on == leniencies_on[row.client_id]


def _of_period(clients: list[UUID], named: EvidencePeriod, at: datetime) -> TraceQuerySet:
    return Trace.objects.filter(
        client__in=clients,
        at__gte=max(named.started_at, at - PERIOD),
        at__lte=at,
        origin=Origin.CLIENT,
    )


def _dropped(clients: list[UUID], named: EvidencePeriod) -> bool:
    """Whether signed requests of the period left no row; what strangers send has its own room."""
    days = DayCount.objects.filter(
        client__in=clients,
        day__gte=named.started_at.date(),
        origin=Origin.CLIENT,
        signed=True,
        dropped__gt=0,
    )
    return days.exists()


def _request(row: Trace) -> Request:
    return Request(
        id=row.pk,
        client=row.client_id,
        at=row.at,
        outcome=row.outcome,
        error=row.error,
        check=row.check_code,
        alg=row.alg,
        kid=row.kid,
        typ=row.typ,
        aud_kind=row.aud_kind,
        life_s=row.life_s,
        clock_s=row.clock_s,
        jti_ref=row.jti_ref,
        dpop=row.dpop,
        jkt=row.jkt,
        proof_jti_ref=row.proof_jti_ref,
        nonce_sent=row.nonce_sent,
        nonce_given=row.nonce_given,
        scopes_asked=row.scopes_asked,
        scopes_given=row.scopes_given,
        scopes_rejected=row.scopes_rejected,
        details_kind=row.details_kind,
        org_ref=row.org_ref,
        token_ref=row.token_ref,
        token_aud=row.token_aud,
        token_expires_at=row.token_expires_at,
        scheme=row.scheme,
        leniencies=row.leniencies,
        wait_s=getattr(row, "wait_s", None) or 0,
    )


def _period(named: EvidencePeriod, setup_hash: str, at: datetime) -> Period:
    is_other = named.setup_hash != setup_hash
    is_over = at - named.started_at > PERIOD
    return Period(named.started_at, named.software_version, named.instances, is_other, is_over)


def _key(key: Key) -> KeyFact:
    return KeyFact(
        kty=key.kty,
        bits=key.bits,
        origin=key.origin,
        is_proved=key.proved_at is not None,
        is_weak=key.weak_at is not None,
        expires_at=key.expires_at,
    )


def _changes(clients: list[UUID]) -> tuple[Change, ...]:
    """The newest changes of keys, newest first."""
    found = KeyChange.objects.filter(client__in=clients).order_by("-retired_at", "-pk")
    return tuple(
        Change(
            row.retired_at,
            row.new_first_used_at,
            row.old_last_used_at,
            row.tokens_old,
            row.tokens_new,
            row.refused,
        )
        for row in found[:CHANGES]
    )


def _sharing(clients: list[UUID], keys: list[Key], own: tuple[Request, ...]) -> Sharing:
    """How many keys others have or have used; whose, nobody is told.

    A key of another client may serve as proof key here: so registered thumbprints are compared
    with proof keys too.
    """
    thumbprints = {key.thumbprint for key in keys}
    jkts = {row.jkt for row in own if row.jkt}
    elsewhere = Key.objects.exclude(client__in=clients)
    shared = elsewhere.filter(thumbprint__in=thumbprints | jkts)
    used = Trace.objects.exclude(client__in=clients).filter(jkt__in=jkts, signed=True)
    return Sharing(
        keys=len(thumbprints),
        shared_keys=shared.count(),
        jkts=len(jkts),
        shared_jkts=used.values("jkt").distinct().count() if jkts else 0,
    )
