"""What stands between an organisation and production, and who can put it right."""

from __future__ import annotations

from typing import NamedTuple

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onboarding.clients.queries import configuration_hash
from onboarding.core import formats
from onboarding.core.environments import Environment
from onboarding.core.jobs import JobStatus
from onboarding.promotion.models import Case
from onboarding.promotion.states import APPROVED
from onboarding.promotion.states import Status as CaseStatus
from onboarding.smoketests.models import Run
from onboarding.suppliers.queries import administrators
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.queries.standing import standing
from onboarding.suppliers.requests import TenantRequest
from onboarding.suppliers.states import Role, SupplierState
from onboarding.systems.models import ClientSystem
from portal.pages.journey import concerns


class Requirement(NamedTuple):
    """One thing that production takes: how it stands, and who does what about it."""

    state: str
    word: str
    text: str
    note: str
    view: str = ""
    action: str = ""


def requirements(request: TenantRequest) -> list[Requirement]:
    """Return what production takes, with what the portal can tell today.

    What has no page yet says so instead of offering a button.
    """
    return [
        _real_organization(request),
        _published_system(request),
        _passed_test(request),
        _right(request),
        _approved(request),
        _terms(request),
        _reviewed(request),
    ]


def is_met(requirement: Requirement) -> bool:
    return requirement.state == "ok"


def _real_organization(request: TenantRequest) -> Requirement:
    text = _("Ekte virksomhet")
    if not request.organization.is_synthetic:
        return Requirement("ok", _("Oppfylt"), text, _("Virksomheten er ikke syntetisk."))
    note = _(
        "%(name)s er syntetisk og finnes bare i test. Produksjon krever den ekte virksomheten."
    ) % {"name": request.organization.name}
    return Requirement("fail", _("Ikke oppfylt"), text, note)


def _published_system(request: TenantRequest) -> Requirement:
    text = _("Klientsystem publisert i test")
    systems = ClientSystem.objects.visible_to(request.actor)
    mine = systems.of(Environment.TEST, request.organization.pk)
    if mine.filter(current__isnull=False).exists():
        return Requirement("ok", _("Oppfylt"), text, _("Portalen har sett versjonen i test."))
    note = _("Alle som har skrivetilgang i test, kan beskrive et klientsystem og publisere det.")
    action = _("Gå til klientsystemene i test")
    return Requirement("none", _("Ikke oppfylt"), text, note, "systems:list", action)


def _passed_test(request: TenantRequest) -> Requirement:
    """A test counts for the set-up that it was made with: a later change makes it stale."""
    text = _("Bestått tokentest i test")
    run = (
        Run.objects.visible_to(request.actor)
        .filter(
            concerns(request.organization, "client__"),
            client__environment=Environment.TEST,
            status=JobStatus.PASSED,
        )
        .select_related("client__revision")
        .order_by("-created_at", "pk")
        .first()
    )
    action = _("Gå til klientene i test")
    if run and run.configuration_hash == configuration_hash(run.client):
        note = _("Testen er gjort med det oppsettet klienten har nå.")
        return Requirement("ok", _("Oppfylt"), text, note)
    if run:
        note = _("Oppsettet er endret etter den siste beståtte testen. Kjør en ny.")
        return Requirement("warn", _("Utdatert"), text, note, "clients:list", action)
    note = _("Alle som har skrivetilgang i test, kan kjøre tokentesten fra klientens side.")
    return Requirement("none", _("Ikke oppfylt"), text, note, "clients:list", action)


def _right(request: TenantRequest) -> Requirement:
    text = _("Rettighet i produksjon")
    held = request.actor.roles.get((request.organization.pk, Environment.PRODUCTION))
    if held:
        role = formats.inside(str(Role(held).label))
        note = _("Du har rollen «%(role)s» i produksjon.") % {"role": role}
        return Requirement("ok", _("Oppfylt"), text, note)
    people = administrators(request.organization.pk, Environment.PRODUCTION)
    if people:
        names = {"people": get_text_list(people, _("eller"))}
        note = _("Du har ingen rolle i produksjon. %(people)s kan gi deg den.") % names
    else:
        note = _("Ingen har en rolle i produksjon ennå. Altinn skal si hvem som kan få den.")
    return Requirement("none", _("Ikke oppfylt"), text, note)


def _approved(request: TenantRequest) -> Requirement:
    text, action = _("Godkjent leverandør"), _("Gå til leverandørgodkjenningen")
    supplier = supplier_of(request.organization.pk)
    word = str(supplier.get_state_display())
    notes = {
        SupplierState.NONE: _("En administrator i virksomheten søker, og en forvalter svarer."),
        SupplierState.APPLIED: _("Søknaden ligger hos forvalterne på plattformen."),
        SupplierState.DECLINED: _("Siden for godkjenningen sier hva som mangler."),
        SupplierState.SUSPENDED: _("Siden for godkjenningen sier hvorfor."),
        SupplierState.ENDED: _("En administrator kan søke på nytt."),
    }
    if supplier.state == SupplierState.APPROVED:
        note = _("Godkjent %(day)s.") % {"day": formats.day(supplier.since)}
        return Requirement("ok", _("Oppfylt"), text, note, "approval:own", action)
    state = {SupplierState.NONE: "none", SupplierState.APPLIED: "wait"}.get(
        SupplierState(supplier.state), "fail"
    )
    note = notes[SupplierState(supplier.state)]
    return Requirement(state, word, text, note, "approval:own", action)


def _terms(request: TenantRequest) -> Requirement:
    text, action = _("Bruksvilkår"), _("Gå til bruksvilkårene")
    where = request.organization.pk
    found = standing(where, timezone.now())
    if not found.terms.version:
        note = _("Ingen bruksvilkår er publisert ennå.")
        return Requirement("wait", _("Venter"), text, note)
    if found.terms.accepted_at:
        note = _("Versjon %(version)s er godtatt av %(person)s.") % {
            "version": found.terms.version,
            "person": found.terms.accepted_by,
        }
        return Requirement("ok", _("Oppfylt"), text, note, "terms:own", action)
    if found.signatories:
        people = get_text_list(list(found.signatories), _("eller"))
        note = _("%(people)s har signaturrett, og kan godta.") % {"people": people}
    else:
        note = _("Ingen er merket med signaturrett ennå. Det gjør en administrator.")
    return Requirement("none", _("Ikke oppfylt"), text, note, "terms:own", action)


def _reviewed(request: TenantRequest) -> Requirement:
    text, action = _("Kodegjennomgang"), _("Gå til produksjonssetting")
    view = "promotion:list"
    cases = Case.objects.visible_to(request.actor).of(request.organization.pk)
    case = cases.order_by("-number").first()
    if case is None:
        note = _("Dere begynner på en sak for et klientsystem eller et API.")
        return Requirement("none", _("Ikke begynt"), text, note, view, action)
    state = "ok" if case.status in (*APPROVED, CaseStatus.LIVE) else "wait"
    note = _("Saken om %(name)s er «%(status)s».") % {
        "name": case.name,
        "status": formats.inside(case.get_status_display()),
    }
    return Requirement(state, case.get_status_display(), text, note, view, action)
