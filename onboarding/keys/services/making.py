"""Keys that a worker makes for one browser: asked for, made, tested, sealed, handed out once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.core.jobs import LEASE, JobStatus
from onboarding.core.nudges import nudge
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.jose.keys import generate, thumbprint
from onboarding.keys import rules
from onboarding.keys.kinds import KINDS, LONGEST_LIFETIME
from onboarding.keys.models import Key, KeyMaking
from onboarding.keys.sealing import PrivateKey
from onboarding.keys.services import moduli
from onboarding.keys.services.registration import record_registration
from onboarding.keys.states import Action, MakingState, Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change

# How long a sealed key waits to be fetched.
KEPT = timedelta(minutes=10)
GIVEN_UP = "key.making_gave_up"


@transaction.atomic
def request_making(
    *,
    client_id: UUID,
    kind: str,
    recipient: Mapping[str, str],
    lifetime_days: int,
    by: Actor,
    at: datetime,
) -> KeyMaking:
    """Ask a worker for a key pair of `kind`, sealed to `recipient` (sealing.read_recipient).

    A key that was made earlier and never fetched is forgotten. Raises NotPermitted,
    NotPossibleNow (the client is not active, or a key is being made), Invalid.
    """
    clients = ClientConfiguration.objects.select_for_update(of=("self",))
    client = clients.select_related("organization").get(pk=client_id)
    rules.check(Action.REQUEST, client, by)
    check_change(organization_id=client.organization_id, environment=client.environment, at=at)
    if by.user_id is None:
        raise NotPermitted(_("En nøkkel må bestilles av en person."))
    if kind not in KINDS or not 1 <= lifetime_days <= LONGEST_LIFETIME:
        raise Invalid(_("Velg en av nøkkeltypene og levetidene i listen."), field="kind")
    earlier = KeyMaking.objects.select_for_update(of=("self",)).filter(client=client)
    if any(making.is_open for making in earlier):
        raise NotPossibleNow(_("En nøkkel er allerede under arbeid. Det tar noen sekunder."))
    for making in earlier:
        if making.sealed:
            _forget(making, at)
    making = KeyMaking.objects.create(
        client=client,
        kind=kind,
        recipient=dict(recipient),
        lifetime_days=lifetime_days,
        requested_by_id=by.user_id,
        queued_at=at,
    )
    _record("key.requested", making, client, actor=by.name, at=at)
    nudge("keys.make", making_id=str(making.pk))
    return making


@transaction.atomic
def make_again(*, making_id: UUID, by: Actor, at: datetime) -> KeyMaking:
    """Ask once more for a key that could not be made or was not fetched, for the same browser."""
    earlier = KeyMaking.objects.select_related("client__organization").get(pk=making_id)
    rules.check(Action.REQUEST, earlier.client, by)
    if earlier.state(at) not in (MakingState.FAILED, MakingState.EXPIRED):
        raise NotPossibleNow(_("Nøkkelen er ikke feilet, så den lages ikke på nytt."))
    return request_making(
        client_id=earlier.client_id,
        kind=earlier.kind,
        recipient=earlier.recipient,
        lifetime_days=earlier.lifetime_days,
        by=by,
        at=at,
    )


def make(*, making_id: UUID, at: datetime) -> None:
    """Make the key pair, register its public half, have it tested, and seal the private half.

    Safe to repeat, and to run twice at once: one holder of the newest claim gets its results in.
    The private half is in memory here, then only in the seal. A run after a killed one puts its
    own public half in the place of the earlier one, whose private half nobody has any more.
    """
    began = monotonic()
    claim = KeyMaking.objects.claim(making_id, at)
    if claim is None:
        return

    def now() -> datetime:
        return at + timedelta(seconds=monotonic() - began)

    kind = KeyMaking.objects.values_list("kind", flat=True).get(pk=making_id)
    private = PrivateKey(generate(kind))
    key = _put_in_place(making_id, claim, private.public(), now())
    if key is None:
        return
    if settings.KEY_WITNESS:
        witness = import_string(settings.KEY_WITNESS)
        witness(key_id=key.pk, private_jwk=private.expose(), at=now())
    _seal(making_id, claim, private, now())


@transaction.atomic
def deliver(*, making_id: UUID, by: Actor, at: datetime) -> str:
    """Hand out the sealed key, once, and forget it; return the compact JWE.

    The row is locked, so of many requests at once one gets the key. Raises NotPermitted for
    anyone but who asked for it, NotPossibleNow while it is being made, `rules.Gone` afterwards.
    """
    makings = KeyMaking.objects.select_for_update(of=("self",))
    making = makings.select_related("client__organization", "requested_by").get(pk=making_id)
    rules.check_delivery(making, making.state(at), by)
    sealed = making.sealed
    making.sealed, making.delivered_at = "", at
    making.save(update_fields=["sealed", "delivered_at"])
    _record("key.delivered", making, making.client, actor=by.name, at=at)
    return sealed


def sweep(*, at: datetime) -> None:
    """Look after what nobody looks after: give up, hand to another worker, forget."""
    for pk in KeyMaking.objects.exhausted(at).values_list("pk", flat=True):
        give_up(making_id=pk, at=at)
    for pk in KeyMaking.objects.due(at).values_list("pk", flat=True):
        nudge("keys.make", making_id=str(pk))
    stale = KeyMaking.objects.exclude(sealed="").filter(expires_at__lte=at)
    for pk in stale.values_list("pk", flat=True):
        expire(making_id=pk, at=at)


@transaction.atomic
def give_up(*, making_id: UUID, at: datetime) -> None:
    """Show a making as failed after its last attempt died. Does nothing for any other."""
    exhausted = KeyMaking.objects.exhausted(at).select_for_update(of=("self",))
    making = exhausted.select_related("client").filter(pk=making_id).first()
    if making is None:
        return
    making.status, making.failure, making.finished_at = JobStatus.FAILED, GIVEN_UP, at
    making.save(update_fields=["status", "failure", "finished_at"])
    _forget(making, at)
    _record("key.making_failed", making, making.client, actor="system", at=at)


@transaction.atomic
def expire(*, making_id: UUID, at: datetime) -> None:
    """Forget a sealed key that was not fetched in time. Does nothing for any other."""
    makings = KeyMaking.objects.select_for_update(of=("self",)).select_related("client")
    making = makings.get(pk=making_id)
    if not making.sealed or making.state(at) != MakingState.EXPIRED:
        return
    _forget(making, at)
    _record("key.making_expired", making, making.client, actor="system", at=at)


@transaction.atomic
def _put_in_place(making_id: UUID, claim: UUID, public: dict[str, str], at: datetime) -> Key | None:
    """Register the public half and lengthen the lease; None when the job is no longer ours."""
    # The client first, as everywhere: two orders of locking would wait for each other.
    owner = KeyMaking.objects.values_list("client", flat=True).get(pk=making_id)
    ClientConfiguration.objects.select_for_update(of=("self",)).get(pk=owner)
    held = KeyMaking.objects.held(making_id, claim).select_for_update(of=("self",))
    making = held.select_related("client", "requested_by", "key").first()
    if making is None:
        return None
    key = making.key or Key(
        client=making.client, origin=Origin.PORTAL, created_by=making.requested_by
    )
    key.kid, key.alg, key.kty = public["kid"], public["alg"], public["kty"]
    key.bits = KINDS[making.kind].bits
    key.thumbprint, key.public_jwk = thumbprint(public), public
    key.created_at, key.expires_at = at, at + timedelta(days=making.lifetime_days)
    key.proved_at = key.last_used_at = None
    key.save()
    if key.kty == "RSA":
        moduli.add(key.thumbprint, public["n"])
    making.key, making.lease_until = key, at + LEASE
    making.save(update_fields=["key", "lease_until"])
    record_registration(key, making.client, actor=making.requested_by.name, at=at)
    return key


@transaction.atomic
def _seal(making_id: UUID, claim: UUID, private: PrivateKey, at: datetime) -> None:
    held = KeyMaking.objects.held(making_id, claim).select_for_update(of=("self",))
    making = held.select_related("client").first()
    if making is None:
        return
    making.sealed = private.seal(making.recipient)
    making.status, making.finished_at, making.expires_at = JobStatus.PASSED, at, at + KEPT
    making.save(update_fields=["sealed", "status", "finished_at", "expires_at"])
    _record("key.made", making, making.client, actor="system", at=at)


def _forget(making: KeyMaking, at: datetime) -> None:
    """Wipe the seal, and end the key: nobody has its private half, nor will."""
    making.sealed = ""
    making.save(update_fields=["sealed"])
    if making.key_id:
        Key.objects.filter(pk=making.key_id).usable(at).update(expires_at=at)


def _record(
    kind: str, making: KeyMaking, client: ClientConfiguration, *, actor: str, at: datetime
) -> None:
    record(
        kind,
        subject=making,
        actor=actor,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        client=str(client.pk),
        key_kind=making.kind,
        attempts=making.attempts,
    )
