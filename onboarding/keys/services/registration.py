"""Public keys that come in, are seen in use, and are revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services.configurations import choose_key
from onboarding.clients.states import KeyWay, Status
from onboarding.core.refusals import Invalid
from onboarding.jose.checks import Check, Verdict, fail, first_failure
from onboarding.jose.keys import PublicKey, Upload, read_keys
from onboarding.keys import advice, rules
from onboarding.keys.kinds import LONGEST_LIFETIME
from onboarding.keys.models import BarredThumbprint, Key, KeyPlan
from onboarding.keys.services import moduli
from onboarding.keys.states import Action, Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change
from onboarding.systems.models import ClientSystem

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class KeyRefused(Invalid):
    """A key that may not be registered. `checks` say all that was looked at.

    `choices` are the algorithms to choose from, when that alone is what the key lacks.
    """

    def __init__(self, checks: Sequence[Check], client: str, choices: Sequence[str] = ()) -> None:
        super().__init__(" ".join(advice.headlines(checks, client)), field="public_key")
        self.checks = list(checks)
        self.choices = tuple(choices)
        self.headlines = advice.headlines(checks, client)


def register(
    *,
    client_id: UUID,
    text: str,
    alg: str | None,
    origin: Origin,
    lifetime_days: int,
    by: Actor,
    at: datetime,
) -> list[Key]:
    """Register the public keys in `text` (JWK, JWKS or one PEM) for a client; return their rows.

    `alg` is for a key that does not say its own. The same text twice gives the same rows. On a
    draft the keys take the place of earlier ones, and the wizard's step is answered.

    Raises KeyRefused with all findings. A private key is never stored: its thumbprint is barred
    for ever, which holds although the act is refused. Raises NotPermitted and NotPossibleNow.
    """
    client = ClientConfiguration.objects.select_related("organization").get(pk=client_id)
    rules.check(Action.REGISTER, client, by)
    if not 1 <= lifetime_days <= LONGEST_LIFETIME:
        raise Invalid(_("Velg en av levetidene i listen."), field="lifetime")
    upload = read_keys(text, alg)
    if upload.private_thumbprints:
        bar(upload.private_thumbprints, client=client, by=by, at=at)
    if first_failure(upload.checks):
        raise KeyRefused(upload.checks, client.name, _choices(upload))
    life = timedelta(days=lifetime_days)
    rows, weakness = _register(client_id, upload, origin, life, by, at)
    if any(weakness):
        moduli.alarm(weakness, at=at, client=client)
    if weakness.offered:
        raise KeyRefused([fail("key.shared_primes", "", "shared_primes")], client.name)
    return rows


@transaction.atomic
def _register(
    client_id: UUID, upload: Upload, origin: Origin, life: timedelta, by: Actor, at: datetime
) -> tuple[list[Key], moduli.Weakness]:
    """Return the rows, and what sharing of primes was found: then there are none."""
    client = locked_client(client_id)
    rules.check(Action.REGISTER, client, by)
    check_change(organization_id=client.organization_id, environment=client.environment, at=at)
    kept = _already_there(client, upload.keys, at)
    new = [key for key in upload.keys if key.thumbprint not in {row.thumbprint for row in kept}]
    _check_unknown(client, new)
    weakness = moduli.compare(new)
    if weakness.offered:
        return [], weakness
    if client.status == Status.DRAFT:
        forget_keys_of_draft(client, except_for=kept)
    rows = [_row(client, key, origin, at, at + life, by.user_id) for key in new]
    try:
        with transaction.atomic():
            for row in rows:
                row.save(force_insert=True)
    except IntegrityError as error:  # another client got it in the same moment
        raise KeyRefused([refusal("key.used_elsewhere", "RFC 9700")], client.name) from error
    moduli.remember(new)
    # Last, since the log is one queue: who stood in it with more to do would hold up whom he needs.
    if client.status == Status.DRAFT:
        kind = _kind(upload.keys[0])
        choose_key(client_id=client_id, way=KeyWay(origin), kind=kind, by=by, at=at)
    for row in rows:
        record_registration(row, client, actor=by.name, at=at)
    return [*kept, *rows], weakness


@transaction.atomic
def revoke(*, key_id: UUID, by: Actor, at: datetime) -> Key:
    """Refuse a key from now on. It cannot be undone, nor can the key be registered again.

    Raises NotPermitted, and NotPossibleNow for a key that is revoked or expired already.
    """
    # The client first, as everywhere: two orders of locking would wait for each other.
    client = locked_client(Key.objects.values_list("client", flat=True).get(pk=key_id))
    key = Key.objects.select_for_update(of=("self",)).get(pk=key_id)
    rules.check(Action.REVOKE, client, by)
    rules.check_revocation(key.state(at))
    key.revoked_at, key.revoked_by_id = at, by.user_id
    key.save(update_fields=["revoked_at", "revoked_by"])
    record_key("key.revoked", key, client, actor=by.name, at=at)
    return key


@transaction.atomic
def mark_used(*, key_id: UUID, at: datetime) -> None:
    """Note that a valid signature of the key was seen; the first one proves it.

    Writes at most once a minute, so it may be called at each use. Safe to repeat.
    """
    unproved = Key.objects.filter(pk=key_id, proved_at=None)
    if unproved.update(proved_at=at, last_used_at=at):
        key = Key.objects.select_related("client").get(pk=key_id)
        record_key("key.proved", key, key.client, actor="system", at=at)
        return
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=at - USE_IS_NOTED_EVERY)
    Key.objects.filter(is_due, pk=key_id).update(last_used_at=at)


def forget_keys_of_draft(client: ClientConfiguration, *, except_for: Sequence[Key] = ()) -> None:
    """Delete what a draft had for a key: it was never in use, and the wizard knows one answer."""
    earlier = Key.objects.filter(client=client).exclude(pk__in=[key.pk for key in except_for])
    earlier.delete()
    KeyPlan.objects.filter(client=client).delete()


def record_registration(key: Key, client: ClientConfiguration, *, actor: str, at: datetime) -> None:
    record_key("key.registered", key, client, actor=actor, at=at)


def locked_client(client_id: UUID) -> ClientConfiguration:
    clients = ClientConfiguration.objects.select_for_update(of=("self",))
    return clients.select_related("organization").get(pk=client_id)


def _row(
    client: ClientConfiguration,
    key: PublicKey,
    origin: Origin,
    at: datetime,
    expires_at: datetime,
    user_id: int | None,
) -> Key:
    return Key(
        client=client,
        kid=key.kid,
        alg=key.alg,
        kty=key.kty,
        bits=key.bits,
        thumbprint=key.thumbprint,
        public_jwk=key.jwk,
        origin=origin,
        created_at=at,
        created_by_id=user_id,
        expires_at=expires_at,
    )


def _already_there(
    client: ClientConfiguration, keys: Sequence[PublicKey], at: datetime
) -> list[Key]:
    """The client's own usable rows of these keys: a double click, or a request sent again."""
    thumbprints = [key.thumbprint for key in keys]
    return list(Key.objects.filter(client=client, thumbprint__in=thumbprints).usable(at))


def _check_unknown(client: ClientConfiguration, keys: Sequence[PublicKey]) -> None:
    """Raise KeyRefused for keys that are barred, known already, or named like another one."""
    thumbprints = [key.thumbprint for key in keys]
    # What was discarded was never in use, so its key is free again.
    Key.objects.filter(thumbprint__in=thumbprints, client__status=Status.DISCARDED).delete()
    known = dict(
        Key.objects.filter(thumbprint__in=thumbprints).values_list("thumbprint", "client_id")
    )
    failed = []
    if BarredThumbprint.objects.filter(thumbprint__in=thumbprints).exists():
        failed.append(refusal("key.barred", "RFC 7517 §9.2"))
    if any(owner != client.pk for owner in known.values()):
        failed.append(refusal("key.used_elsewhere", "RFC 9700"))
    if client.pk in known.values():
        failed.append(refusal("key.retired", "RFC 9700"))
    others = Key.objects.filter(client=client, kid__in=[key.kid for key in keys])
    taken = others.exclude(thumbprint__in=thumbprints).values_list("kid", flat=True)
    if client.status != Status.DRAFT and taken:
        failed.append(refusal("key.kid_taken", "RFC 7517 §4.5", " ".join(taken)))
    if failed:
        raise KeyRefused(failed, client.name)


def _kind(key: PublicKey) -> str:
    return f"{key.alg}/{key.bits}" if key.kty == "RSA" else key.alg


def refusal(code: str, source: str, found: str = "") -> Check:
    """Return the failed check for what only our own table can tell."""
    return Check(code, Verdict.FAILED, "", found, source)


def _choices(upload: Upload) -> tuple[str, ...]:
    """The algorithms that fit every key that lacks one; none unless that is all that is wrong."""
    failed = {check.code for check in upload.checks if check.verdict is Verdict.FAILED}
    if failed != {"key.algorithm"} or not upload.needs_alg:
        return ()
    first, *rest = upload.needs_alg.values()
    return tuple(alg for alg in first if all(alg in others for others in rest))


@transaction.atomic
def bar(
    thumbprints: Sequence[str],
    *,
    client: ClientConfiguration | ClientSystem,
    by: Actor,
    at: datetime,
) -> None:
    """Refuse these keys for ever: their private halves have reached us.

    `client` is whose they were meant to be; the system that it would have had, if there is none.
    """
    for thumbprint in thumbprints:
        BarredThumbprint.objects.get_or_create(thumbprint=thumbprint, defaults={"barred_at": at})
    record(
        "key.barred",
        subject=client,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        thumbprints=" ".join(thumbprints),
    )


def judge_new(text: str, *, client_id: UUID | None = None) -> Upload:
    """Return what a key would be refused for, without registering it.

    Beside the engine's checks: whether it is barred, or another client than this one has it.
    """
    upload = read_keys(text)
    thumbprints = [key.thumbprint for key in upload.keys]
    found = []
    if BarredThumbprint.objects.filter(thumbprint__in=thumbprints).exists():
        found.append(refusal("key.barred", "RFC 7517 §9.2"))
    others = Key.objects.filter(thumbprint__in=thumbprints)
    if client_id:
        others = others.exclude(client__pk=client_id)
    if others.exclude(client__status=Status.DISCARDED).exists():
        found.append(refusal("key.used_elsewhere", "RFC 9700"))
    return replace(upload, checks=[*upload.checks, *found])


def record_key(
    kind: str, key: Key, client: ClientConfiguration, *, actor: str, at: datetime
) -> None:
    record(
        kind,
        subject=key,
        actor=actor,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        client=str(client.pk),
        kid=key.kid,
        thumbprint=key.thumbprint,
        alg=key.alg,
        origin=key.origin,
    )
