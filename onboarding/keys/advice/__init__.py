"""What people read about a key that was refused: expected, found, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from onboarding.jose.checks import Check, Verdict
from onboarding.keys.advice.words import WEAKNESSES, WORDS

__all__ = ["WEAKNESSES", "WORDS", "Finding", "findings", "headlines", "notes"]


class Finding(NamedTuple):
    """One thing that is wrong, as templates/components/finding.html shows it."""

    expected: str
    found: str
    fix: str
    code: str


def findings(checks: Iterable[Check]) -> list[Finding]:
    """Return what is wrong, graver things first, as the engine orders them.

    Of a private key only that it is one: what else is wrong with it does not matter any more.
    """
    failed = [check for check in checks if check.verdict is Verdict.FAILED]
    private = [check for check in failed if check.code == "key.private"]
    return [_finding(check) for check in private or failed]


def headlines(checks: Iterable[Check], client: str) -> list[str]:
    """Return what to say above the findings: one sentence for each grave thing, else one for all.

    `client` is the name of the client that the key was meant for.
    """
    failed = {check.code: check for check in checks if check.verdict is Verdict.FAILED}
    if "key.private" in failed:
        return [private_received()]
    said = []
    bits = failed.get("key.bits")
    if bits and bits.found.rpartition(" ")[2].isdigit():
        found = bits.found.rpartition(" ")[2]
        said.append(too_short(found) if int(found) < 2048 else _("Nøkkelen er for lang."))
    said += [weak(code) for code in sorted(WEAKNESSES & failed.keys())]
    if "key.used_elsewhere" in failed:
        said.append(used_elsewhere(client))
    return said or [_("Nøkkelen kan ikke brukes. Under ser du hva vi fant.")]


def proof_headlines(checks: Iterable[Check]) -> list[str]:
    """Return what to say above the findings about a signature that proves nothing."""
    failed = {check.code for check in checks if check.verdict is Verdict.FAILED}
    if "key.private" in failed:
        return [private_received()]
    if "pop.key" in failed:
        return [_("Signaturen er laget med en annen av klientens nøkler, ikke med denne.")]
    if failed and failed <= {"pop.nonce_age", "pop.replay", "pop.expiry"}:
        return [_("Signaturen kom for sent, eller er brukt før. Signer på nytt.")]
    return [_("Signaturen verifiserer ikke nøkkelen. Under ser du hva vi fant.")]


def notes(checks: Iterable[Check]) -> list[str]:
    """Return what to say about a key that was accepted although it could be better."""
    said = []
    for check in checks:
        if check.verdict is not Verdict.NOTED:
            continue
        if check.code == "key.bits":
            said.append(rsa_2048())
        elif check.code == "key.unknown_members":
            names = check.found.rpartition("] ")[2]
            said.append(_("Vi lagret ikke disse feltene i nøkkelen: %(names)s.") % {"names": names})
    return list(dict.fromkeys(said))


def private_received() -> str:
    return _(
        "Dette er en privat nøkkel, og den rakk å komme fram til oss. Vi har ikke lagret den, og "
        "den er utestengt for alltid. Lag et nytt nøkkelpar, og slutt å bruke dette overalt."
    )


def too_short(bits: str) -> str:
    return _(
        "Nøkkelen er for kort. Vi forventet RSA med minst 2048 biter og fant %(bits)s. Lag en ny: "
        "RSA 3072 eller 4096, eller EC P-256, P-384 eller P-521."
    ) % {"bits": bits}


def rsa_2048() -> str:
    return _(
        "RSA 2048 virker, men gir mindre enn 128 biters sikkerhet. Du kan gå videre nå. Velg RSA "
        "3072 eller EC neste gang du bytter nøkkel."
    )


def used_elsewhere(client: str) -> str:
    return _(
        "Nøkkelen er allerede registrert et annet sted. Hver klient og hvert miljø skal ha sin "
        "egen. Lag en ny nøkkel for %(client)s."
    ) % {"client": client}


def weak(code: str) -> str:
    """Return what to say of a key that was found to be weak by this check."""
    finding = code.partition(".")[2].replace("_", " ")
    return _(
        "Nøkkelen har en kjent svakhet (%(finding)s). Andre kan regne ut den private delen. Lag en "
        "ny nøkkel, og slutt å bruke denne overalt."
    ) % {"finding": finding}


def _finding(check: Check) -> Finding:
    words = WORDS[check.code]
    # What was found in a private key is not for showing.
    found = _("En privat nøkkel") if check.code == "key.private" else check.found
    return Finding(str(words.expected or check.expected), found, str(words.fix), check.code)
