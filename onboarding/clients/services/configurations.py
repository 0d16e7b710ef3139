"""What is done to a client configuration, from the first draft to stopping it.

Every verb locks the client, checks the rules, writes and records, in one transaction. All take
who is acting (`by`) and the time (`at`), and raise `Refused` with a reason fit to show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.clients import wizard
from onboarding.clients.models import ClientClaim, ClientConfiguration, ClientScope
from onboarding.clients.queries import offers
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import STEPS, Action, KeyWay
from onboarding.core.refusals import Invalid, NotPermitted
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change, check_software
from onboarding.systems.models import ClientSystem

CLAIM_LENGTH = 200
# What an organisation without approval or terms in order may not do in production.
BRAKED = frozenset({Action.FILL_IN, Action.FINISH, Action.RESUME})


@transaction.atomic
def begin(
    *, environment: str, organization_id: int, by: Actor, at: datetime
) -> ClientConfiguration:
    """Begin a draft for an organisation, which the wizard then asks about step by step."""
    rules.check_begin(by, organization_id, environment)
    check_change(organization_id=organization_id, environment=environment, at=at)
    client = ClientConfiguration.objects.create(
        environment=environment,
        organization_id=organization_id,
        created_for_id=organization_id,
        created_at=at,
        created_by_id=person(by),
    )
    _record("begun", client, by, at)
    return client


@transaction.atomic
def choose_organization(
    *, client_id: UUID, organization_id: int, by: Actor, at: datetime
) -> ClientConfiguration:
    """Say whose client it will be. The actor writes for both the old and the new one."""
    client = _locked(client_id, Action.FILL_IN, by, at)
    rules.check_begin(by, organization_id, client.environment)
    check_change(organization_id=organization_id, environment=client.environment, at=at)
    client.organization_id = organization_id
    _answered(client, "organization", "organization")
    _settle_access(client)
    _record("organization_chosen", client, by, at)
    return client


@transaction.atomic
def choose_system(
    *, client_id: UUID, system_id: UUID, by: Actor, at: datetime
) -> ClientConfiguration:
    """Take the newest version of a client system; scopes that it does not offer fall away.

    Raises Invalid for a system that is not offered in the client's environment.
    """
    client = _locked(client_id, Action.FILL_IN, by, at)
    offered = ClientSystem.objects.offered(client.environment).select_related("current")
    system = offered.filter(pk=system_id).first()
    if system is None or system.current is None:
        raise Invalid(
            _("Fagsystemet finnes ikke i dette miljøet. Velg et annet."), field="system_id"
        )
    if client.revision_id != system.current.pk:
        kept = system.current.scopes.values("scope")
        client.scopes.exclude(scope__in=kept).delete()
        client.step = "system"
    client.revision, client.name = system.current, system.current.name
    _answered(client, "system", "revision", "name")
    _record("system_chosen", client, by, at, revision=str(client.revision_id))
    return client


@transaction.atomic
def choose_scopes(
    *, client_id: UUID, scope_ids: Collection[UUID], by: Actor, at: datetime
) -> ClientConfiguration:
    """Say which of the scopes that the client system offers the client shall have.

    Raises Invalid for scopes that it does not offer, and for none at all where it offers some.
    """
    client = _locked(client_id, Action.FILL_IN, by, at)
    offered = {row.scope_id: row.scope for row in offers.revision_scopes(client)}
    wanted = set(scope_ids)
    if wanted - offered.keys():
        raise Invalid(
            _("Et av scopene tilbys ikke av fagsystemet. Velg på nytt."), field="scope_ids"
        )
    if offered and not wanted:
        raise Invalid(
            _("Forventet minst ett scope. Fant ingen. Velg det klienten trenger."), field="scopes"
        )
    client.scopes.exclude(scope__in=wanted).delete()
    present = set(client.scopes.values_list("scope", flat=True))
    for scope_id in sorted(wanted - present):
        answer = rules.access(offered[scope_id], client.organization_id)
        ClientScope.objects.create(client=client, scope_id=scope_id, access=answer, created_at=at)
    client.step = _step_after_scopes(client)
    _answered(client, "scopes")
    _record("scopes_chosen", client, by, at, count=len(wanted))
    return client


@transaction.atomic
def fill_claims(
    *, client_id: UUID, values: Mapping[UUID, str], by: Actor, at: datetime
) -> ClientConfiguration:
    """Fill in the claims that the chosen APIs need: text by the id of the claim; "" for none.

    Raises Invalid (field `claim_<hex of id>`) for a required one that is missing.
    """
    client = _locked(client_id, Action.FILL_IN, by, at)
    needed = offers.claims_needed(client)
    for claim in needed:
        value = values.get(claim.pk, "")
        if claim.is_required and not value:
            raise Invalid(_("Fyll ut %(label)s.") % {"label": claim.label}, field=field(claim.pk))
        if len(value) > CLAIM_LENGTH:
            raise Invalid(_("Forventet høyst 200 tegn."), field=field(claim.pk))
        if value:
            ClientClaim.objects.update_or_create(
                client=client, claim=claim, defaults={"value": value}
            )
    empty = [claim.pk for claim in needed if not values.get(claim.pk)]
    client.claims.filter(claim__in=empty).delete()
    _answered(client, "claims")
    _record("claims_filled", client, by, at)
    return client


@transaction.atomic
def choose_key(
    *, client_id: UUID, way: KeyWay, kind: str, by: Actor, at: datetime
) -> ClientConfiguration:
    """Say how the client gets its first key. `kind` names algorithm and size, such as PS256-3072.

    That the key exists is proved by whoever calls `finish`.
    """
    client = _locked(client_id, Action.FILL_IN, by, at)
    client.key_way, client.key_kind = way, kind
    _answered(client, "key", "key_way", "key_kind")
    _record("key_chosen", client, by, at, way=str(way))
    return client


@transaction.atomic
def finish(*, client_id: UUID, by: Actor, at: datetime) -> ClientConfiguration:
    """Take a draft into use, with all answers checked together once more.

    The caller has seen to the key, in the same transaction. Scopes that nobody has to approve
    are usable at once; for the others their APIs' owners see an access request from now on.
    Raises Invalid where an answer is missing, Braked, and NotPossibleNow where the version that
    was chosen is not the one that is live in production.
    """
    client = _locked(client_id, Action.FINISH, by, at)
    _check_answers(client)
    if client.revision:
        supplier = client.revision.system.organization
        check_software(supplier=supplier, environment=client.environment, at=at)
    _settle_access(client)
    # Claims of APIs that were chosen for a while have no place in the client.
    client.claims.exclude(claim__in=offers.claims_needed(client)).delete()
    client.status, client.step = STEPS[Action.FINISH].target, "check"
    client.finished_at, client.finished_by_id = at, by.user_id
    client.save(update_fields=["status", "step", "finished_at", "finished_by"])
    _record("finished", client, by, at, revision=str(client.revision_id))
    return client


def stop(*, client_id: UUID, by: Actor, at: datetime) -> ClientConfiguration:
    """Stop a client: it gets no new tokens from now on. `resume` takes it back."""
    return _move(Action.STOP, "stopped", client_id, by, at)


def resume(*, client_id: UUID, by: Actor, at: datetime) -> ClientConfiguration:
    """Let a stopped client get tokens again."""
    return _move(Action.RESUME, "resumed", client_id, by, at)


def discard(*, client_id: UUID, by: Actor, at: datetime) -> ClientConfiguration:
    """Give a draft up. It is gone for everybody; a key that was made for it stays barred."""
    return _move(Action.DISCARD, "discarded", client_id, by, at)


@transaction.atomic
def _move(
    action: Action, kind: str, client_id: UUID, by: Actor, at: datetime
) -> ClientConfiguration:
    client = _locked(client_id, action, by, at)
    client.status = STEPS[action].target
    client.save(update_fields=["status"])
    _record(kind, client, by, at)
    return client


def field(claim_id: UUID) -> str:
    """Return the name of the form field for a claim."""
    return f"claim_{claim_id.hex}"


def person(by: Actor) -> int:
    """Return who is to answer for a client: always somebody, so NotPermitted for the portal."""
    if by.user_id is None:
        raise NotPermitted(_("En klientkonfigurasjon må lages av en person."))
    return by.user_id


def _locked(client_id: UUID, action: Action, by: Actor, at: datetime) -> ClientConfiguration:
    rows = ClientConfiguration.objects.select_for_update(of=("self",))
    client = rows.select_related("organization", "revision__system").get(pk=client_id)
    rules.check(action, client, by)
    if action in BRAKED:
        check_change(organization_id=client.organization_id, environment=client.environment, at=at)
    return client


def _answered(client: ClientConfiguration, step: str, *fields: str) -> None:
    client.step = wizard.furthest(client.step, step)
    client.save(update_fields=["step", *fields])


def _step_after_scopes(client: ClientConfiguration) -> str:
    """Return how far the answers reach now: other APIs may need other claims."""
    needed = offers.claims_needed(client)
    if not needed:
        return wizard.furthest(client.step, "claims")
    required = {claim.pk for claim in needed if claim.is_required}
    filled = set(client.claims.values_list("claim", flat=True))
    return client.step if required <= filled else "scopes"


def _settle_access(client: ClientConfiguration) -> None:
    """Work out again what needs approval: the organisation or the API may have changed."""
    for row in client.scopes.filter(decided_at=None).select_related("scope__api"):
        answer = rules.access(row.scope, client.organization_id)
        if row.access != answer:
            ClientScope.objects.filter(pk=row.pk).update(access=answer)


def _check_answers(client: ClientConfiguration) -> None:
    if client.revision is None or wizard.number(client.step) < wizard.number("claims"):
        step = wizard.next_step(client.step)
        raise Invalid(_("Ett av stegene mangler svar: %(step)s.") % {"step": step.label})
    rules.check_version(client.revision)
    offered = {row.scope_id for row in offers.revision_scopes(client)}
    chosen = set(client.scopes.values_list("scope", flat=True))
    if not chosen <= offered or (offered and not chosen):
        raise Invalid(_("Valget av scopes passer ikke med fagsystemet. Velg dem på nytt."))
    filled = set(client.claims.values_list("claim", flat=True))
    for claim in offers.claims_needed(client):
        if claim.is_required and claim.pk not in filled:
            raise Invalid(_("Fyll ut %(label)s.") % {"label": claim.label})


def _record(
    kind: str, client: ClientConfiguration, by: Actor, at: datetime, **details: str | int
) -> None:
    record(
        f"client.{kind}",
        subject=client,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        **details,
    )
