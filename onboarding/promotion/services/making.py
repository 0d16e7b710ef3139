"""The rows of production, made from what was approved. Called under the case's lock only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow
from onboarding.promotion.models import Case
from onboarding.promotion.queries import saying
from onboarding.promotion.services.moving import person
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries.standing import standing
from onboarding.systems.models import (
    ClientSystem,
    Revision,
    RevisionScope,
    RevisionTag,
    RevisionUri,
)
from onboarding.systems.states import UriKind

PRODUCTION = Environment.PRODUCTION


class Hindrance(NamedTuple):
    """What bars going live now, in words; `view` is the organisation's page where it is mended."""

    text: str
    view: str = ""
    action: str = ""


def hindrances(case: Case, at: datetime) -> list[Hindrance]:
    """Return what bars going live now: what can change after a case was approved."""
    found = []
    stands = standing(case.organization_id, at)
    if not stands.is_approved:
        text = _("%(name)s er ikke godkjent som leverandør nå.") % {"name": case.organization.name}
        found.append(Hindrance(text, "approval:own", _("Gå til godkjenningen")))
    if stands.terms.is_missing:
        text = _("Bruksvilkårene, versjon %(version)s, er ikke godtatt.") % {
            "version": stands.terms.version
        }
        found.append(Hindrance(text, "terms:own", _("Gå til bruksvilkårene")))
    if missing := saying.missing_scopes(case.content):
        text = _("Disse scopene finnes ikke i produksjon ennå: %(names)s.")
        found.append(Hindrance(text % {"names": ", ".join(missing)}))
    return found


def version(case: Case, system: ClientSystem | None, by: Actor, at: datetime) -> Revision:
    """Make the version of production that the case says, and let customers choose it.

    `system` is the one in production that earlier releases made. That production has the scopes
    is for hindrances() to see.
    """
    said = case.content
    scopes = _scopes(said)
    if system is None:
        system = ClientSystem.objects.create(
            environment=PRODUCTION,
            organization=case.organization,
            name=said["name"],
            created_at=at,
        )
    else:
        system = ClientSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
    last = Revision.objects.filter(system=system).aggregate(last=Max("number"))["last"]
    fields = (
        "name",
        "application_type",
        "machine_to_machine",
        "user_login",
        "refresh_tokens",
        "tenancy",
        "algorithm",
    )
    revision = Revision.objects.create(
        system=system,
        number=(last or 0) + 1,
        created_at=at,
        created_by_id=person(by),
        **{field: said[field] for field in fields},
    )
    _add_parts(revision, said, scopes)
    # A version that is published takes no parts: so it is published last.
    revision.published_at, revision.published_by_id = at, person(by)
    revision.save(update_fields=["published_at", "published_by"])
    system.current, system.name = revision, revision.name
    system.save(update_fields=["current", "name"])
    return revision


def api(case: Case, known: Api | None, by: Actor, at: datetime) -> Api:
    """Make or change the API in production as the case says.

    Raises NotPossibleNow where its short name is another one's, and for a scope or claim that
    is in use and would go.
    """
    said = case.content
    if known is None:
        name = said["short_name"]
        if Api.objects.filter(environment=PRODUCTION, short_name__iexact=name).exists():
            raise NotPossibleNow(
                _("Kortnavnet %(name)s er i bruk av et annet API i produksjon.") % {"name": name}
            )
        known = Api.objects.create(
            environment=PRODUCTION,
            organization=case.organization,
            name=said["name"],
            short_name=name,
            created_at=at,
            changed_at=at,
        )
    return describe(known, said, at)


def describe(known: Api, said: Mapping[str, Any], at: datetime) -> Api:
    """Let an API in production say this. Raises NotPossibleNow for what is in use and would go."""
    found = Api.objects.select_for_update(of=("self",)).get(pk=known.pk)
    found.name, found.description = said["name"], said["description"]
    found.dpop, found.test_url, found.changed_at = said["dpop"], said["test_url"], at
    found.save(update_fields=["name", "description", "dpop", "test_url", "changed_at"])
    _set_scopes(found, said["scopes"], at)
    _set_claims(found, said["claims"], at)
    return found


def _scopes(said: Mapping[str, Any]) -> dict[str, Scope]:
    names = [name for name, _selection in said["scopes"]]
    return {row.name: row for row in Scope.objects.filter(environment=PRODUCTION, name__in=names)}


def _add_parts(revision: Revision, said: Mapping[str, Any], scopes: Mapping[str, Scope]) -> None:
    RevisionTag.objects.bulk_create(RevisionTag(revision=revision, tag=tag) for tag in said["tags"])
    kinds = {UriKind.REDIRECT: "redirect_uris", UriKind.POST_LOGOUT: "post_logout_uris"}
    RevisionUri.objects.bulk_create(
        RevisionUri(revision=revision, kind=kind, uri=uri)
        for kind, field in kinds.items()
        for uri in said[field]
    )
    RevisionScope.objects.bulk_create(
        RevisionScope(revision=revision, scope=scopes[name], selection=selection)
        for name, selection in said["scopes"]
    )


def _set_scopes(found: Api, rows: list[dict[str, Any]], at: datetime) -> None:
    for row in rows:
        fields = {name: row[name] for name in ("description", "needs_approval", "is_sensitive")}
        Scope.objects.update_or_create(
            api=found,
            name=row["name"],
            defaults=fields,
            create_defaults=fields | {"environment": PRODUCTION, "created_at": at},
        )
    _drop(found.scopes.exclude(name__in=[row["name"] for row in rows]))


def _set_claims(found: Api, rows: list[dict[str, Any]], at: datetime) -> None:
    for row in rows:
        fields = {name: row[name] for name in ("label", "help_text", "is_required")}
        ApiClaim.objects.update_or_create(
            api=found,
            claim_type=row["claim_type"],
            defaults=fields,
            create_defaults=fields | {"created_at": at},
        )
    _drop(found.claims.exclude(claim_type__in=[row["claim_type"] for row in rows]))


def _drop(rows: Any) -> None:
    names = ", ".join(sorted(str(row) for row in rows))
    try:
        rows.delete()
    except ProtectedError as error:
        raise NotPossibleNow(
            _("Dette er i bruk i produksjon og kan ikke fjernes: %(names)s.") % {"names": names}
        ) from error
