"""The receipt of an acceptance, as PDF: made from the row each time, and the same each time."""

from __future__ import annotations

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from onboarding.core.formats import org_number, stamp
from onboarding.core.pdf import Paper
from onboarding.suppliers.models import Acceptance


def sentence(*, name: str, role: str, version: str, organization: str) -> str:
    """Return what a person says by accepting, in the language that is active."""
    return _(
        "Jeg, %(name)s, %(role)s, godtar bruksvilkårene versjon %(version)s på vegne av "
        "%(organization)s, og bekrefter at jeg kan binde virksomheten."
    ) % {"name": name, "role": role, "version": version, "organization": organization}


def receipt(acceptance: Acceptance) -> bytes:
    """Return the receipt, in the language in which the text was read."""
    with override(acceptance.language):
        return _paper(acceptance).octets()


def _paper(acceptance: Acceptance) -> Paper:
    terms, organization = acceptance.terms, acceptance.organization
    title = _("Kvittering: bruksvilkår versjon %(version)s") % {"version": terms.version}
    paper = Paper(
        title,
        made_at=acceptance.at,
        language=acceptance.language,
        foot=f"{organization.name} · {acceptance.pk}",
    )
    if terms.is_example:
        paper.paragraph(_("Teksten er et eksempel, og ment til å byttes ut."))
    said = sentence(
        name=acceptance.name,
        role=acceptance.role,
        version=terms.version,
        organization=organization.name,
    )
    paper.paragraph(said)
    paper.facts(
        [
            (_("Virksomhet"), f"{organization.name}, {org_number(organization.number)}"),
            (_("Godtatt av"), f"{acceptance.name}, {acceptance.role}"),
            (_("Tidspunkt"), f"{stamp(acceptance.at)} ({localtime(acceptance.at):%Z})"),
            (_("Versjon"), terms.version),
            (_("Språk"), dict(settings.LANGUAGES)[acceptance.language]),
            (_("SHA-256 av teksten"), acceptance.sha256),
            (_("Kvittering"), str(acceptance.pk)),
        ]
    )
    paper.heading(_("Teksten som ble godtatt"))
    for paragraph in terms.paragraphs(acceptance.language):
        if paragraph.heading:
            paper.heading(paragraph.heading)
        paper.paragraph(paragraph.body)
    return paper
