"""Proof of the items about running the software, and of the duties the portal can see. Pure."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.facts import Facts, Finding, Request, ids
from onboarding.checklists.states import Verdict

LATE: Final = frozenset(
    f"{what}.{time}"
    for what in ("assertion", "proof")
    for time in ("expiry", "not_before", "issued_at")
)
MINUTE: Final = timedelta(seconds=60)
LONGEST_KEY: Final = timedelta(days=731)  # two years, one of them a leap year


def clock(facts: Facts) -> Finding:
    """O01: the smallest difference of the period tells how the client's clock goes."""
    apart = sorted(row.clock_s for row in facts.requests if row.clock_s is not None)
    refused = [row for row in facts.requests if row.check in LATE]
    if not apart:
        return Finding(Verdict.OPEN, _("Ingen forespørsel hadde et tidspunkt å måle."))
    smallest = apart[0]
    counts = {
        "smallest": smallest,
        "median": median(apart),
        "largest": apart[-1],
        "refused": len(refused),
    }
    if refused:
        why = ngettext(
            "%(count)d forespørsel ble avvist på grunn av tiden.",
            "%(count)d forespørsler ble avvist på grunn av tiden.",
            len(refused),
        )
        return Finding(Verdict.FAIL, why % {"count": len(refused)}, counts, ids(refused))
    why = _("Klokken går %(seconds)d sekunder fra vår.") % {"seconds": abs(smallest)}
    if -2 <= smallest <= 5:
        return Finding(Verdict.PASS, _("Klokken følger vår."), counts)
    return Finding(Verdict.WARN if -10 <= smallest <= 10 else Verdict.FAIL, why, counts)


def patience(facts: Facts) -> Finding:
    """O02: the client waits between attempts when something fails."""
    failed = [row for row in facts.requests if row.has_failed]
    if not failed:
        return Finding(None, "", {"refused": 0})
    busiest = _busiest(failed)
    hasty = [after for before, after in _pairs(facts) if _is_hasty(before, after)]
    counts = {
        "refused": len(failed),
        "slowed": sum(row.wait_s > 0 for row in failed),
        "busiest_minute": len(busiest),
        "too_early": len(hasty),
    }
    why = _("Det meste var %(count)d avviste forespørsler på ett minutt.") % {"count": len(busiest)}
    if len(busiest) <= 10 and not hasty:
        return Finding(Verdict.PASS, why, counts, ids(busiest))
    if hasty:
        early = ngettext(
            "%(count)d forespørsel kom før ventetiden var over.",
            "%(count)d forespørsler kom før ventetiden var over.",
            len(hasty),
        )
        why = f"{why} {early % {'count': len(hasty)}}"
    is_much = len(busiest) > 60 or len(hasty) > 1
    rows = ids(hasty) if hasty else ids(busiest)
    return Finding(Verdict.FAIL if is_much else Verdict.WARN, why, counts, rows)


def warned(facts: Facts) -> Finding:
    """O03: keys end, within two years, and somebody is told before."""
    records = facts.records
    if records is None:
        return Finding(None, "")
    endless = sum(key.expires_at - facts.at > LONGEST_KEY for key in facts.keys)
    counts = {"keys": len(facts.keys), "endless": endless, "contacts": records.contact_points}
    if endless:
        why = _("En nøkkel gjelder i mer enn to år.")
        return Finding(Verdict.FAIL, why, counts)
    if not records.contact_points:
        return Finding(Verdict.FAIL, _("Ingen bekreftede kontaktpunkter får varsel."), counts)
    if records.contact_points == 1 or not records.shared_contact_points:
        why = _("Legg til et felles kontaktpunkt ved siden av en person.")
        return Finding(Verdict.WARN, why, counts)
    why = ngettext(
        "%(count)d kontaktpunkt får varsel før nøklene går ut.",
        "%(count)d kontaktpunkter får varsel før nøklene går ut.",
        records.contact_points,
    )
    return Finding(Verdict.PASS, why % {"count": records.contact_points}, counts)


def incidents(facts: Facts) -> Finding:
    """U03, where the answer alone would pass: there has to be somebody to call as well."""
    count = facts.records.security_contact_points if facts.records else 0
    counts = {"security_contacts": count}
    if count:
        return Finding(Verdict.PASS, _("Rutinen er øvd, og et kontaktpunkt er bekreftet."), counts)
    why = _("Ingen bekreftet kontakt for sikkerhetshendelser. Legg inn en.")
    return Finding(Verdict.WARN, why, counts)


def follows(facts: Facts) -> Finding:
    """U05: somebody follows the notices of changes, and acknowledges them."""
    records = facts.records
    if records is None:
        return Finding(None, "")
    counts = {"followers": records.followers, "unacknowledged": records.unacknowledged}
    if not records.followers:
        return Finding(Verdict.FAIL, _("Ingen følger endringsvarslene."), counts)
    if records.unacknowledged:
        why = ngettext(
            "%(count)d endringsvarsel er ikke kvittert for.",
            "%(count)d endringsvarsler er ikke kvittert for.",
            records.unacknowledged,
        ) % {"count": records.unacknowledged}
        return Finding(Verdict.WARN if records.unacknowledged == 1 else Verdict.FAIL, why, counts)
    return Finding(Verdict.PASS, _("Varslene følges, og ingen venter på kvittering."), counts)


def _busiest(rows: list[Request]) -> list[Request]:
    """The most that came within any sixty seconds."""
    best: list[Request] = []
    first = 0
    for last, row in enumerate(rows):
        while row.at - rows[first].at >= MINUTE:
            first += 1
        if last - first + 1 > len(best):
            best = rows[first : last + 1]
    return best


def _pairs(facts: Facts) -> list[tuple[Request, Request]]:
    """Each request with the next one of the same program.

    Programs that run in parallel have a proof key each; the one does not know what the other was
    told.
    """
    newest: dict[tuple[object, str], Request] = {}
    found = []
    for row in facts.requests:
        program = (row.client, row.jkt)
        if program in newest:
            found.append((newest[program], row))
        newest[program] = row
    return found


def _is_hasty(before: Request, after: Request) -> bool:
    """Whether it came before the `Retry-After` of a 429 or 503 was over."""
    return after.at - before.at < timedelta(seconds=before.wait_s)
