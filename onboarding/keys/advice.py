"""What people read about a key that was refused: expected, found, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.jose.checks import Check, Verdict

WEAKNESSES: Final = frozenset(
    {
        "key.modulus",
        "key.small_factors",
        "key.fermat",
        "key.roca",
        "key.shared_primes",
        "key.pattern",
    }
)
_NEW_PAIR: Final = gettext_lazy("Lag et nytt nøkkelpar, og last opp den offentlige delen av det.")


class Words(NamedTuple):
    """What a check expects, in words ("" where its own values say it), and what to do."""

    expected: str | Promise
    fix: str | Promise


class Finding(NamedTuple):
    """One thing that is wrong, as templates/components/finding.html shows it."""

    expected: str
    found: str
    fix: str
    code: str


WORDS: Final[dict[str, Words]] = {
    "key.size": Words(
        gettext_lazy("Høyst 64 kB"), gettext_lazy("Last opp bare den offentlige nøkkelen.")
    ),
    "key.private": Words(
        gettext_lazy("En offentlig nøkkel"),
        gettext_lazy(
            "Lag et nytt nøkkelpar. Hent ut den offentlige delen av det med "
            "«openssl pkey -in privat.pem -pubout», og last opp resultatet."
        ),
    ),
    "key.barred": Words(
        gettext_lazy("En nøkkel der bare dere har hatt den private delen"),
        gettext_lazy(
            "Den private delen av denne nøkkelen er sendt til oss en gang, og da er den utestengt "
            "for alltid. Lag et nytt nøkkelpar."
        ),
    ),
    "key.encoding": Words(
        "UTF-8", gettext_lazy("Lagre filen som UTF-8 uten byte order mark, og prøv igjen.")
    ),
    "key.json": Words(
        gettext_lazy("Gyldig JSON"),
        gettext_lazy("Kopier hele nøkkelen på nytt, fra første til siste krøllparentes."),
    ),
    "key.shape": Words(
        gettext_lazy("Én JWK, eller JWKS med 1–10 nøkler"),
        gettext_lazy("Lim inn selve nøkkelen, uten det som står rundt."),
    ),
    "key.pem": Words(
        "",
        gettext_lazy(
            "Lim inn nøyaktig én blokk, fra «-----BEGIN» til og med «-----END …-----», uten tekst "
            "rundt. Andre formater gjør du om med «openssl pkey -pubin -in nokkel -out "
            "offentlig.pem»."
        ),
    ),
    "key.type": Words(
        gettext_lazy("RSA eller EC"),
        gettext_lazy("Lag et nøkkelpar av typen RSA (3072 eller 4096 biter) eller EC."),
    ),
    "key.curve": Words(
        gettext_lazy("P-256, P-384 eller P-521"),
        gettext_lazy("Lag et nøkkelpar med en av disse kurvene."),
    ),
    "key.base64url": Words(
        gettext_lazy("Tall i base64url, uten fyll og uten nuller foran"),
        gettext_lazy("La et bibliotek skrive nøkkelen som JWK, i stedet for å sette den sammen."),
    ),
    "key.point": Words(gettext_lazy("Et punkt på kurven"), _NEW_PAIR),
    "key.bits": Words(
        gettext_lazy("RSA med 2048, 3072 eller 4096 biter"),
        gettext_lazy("Lag en ny: RSA 3072 eller 4096, eller EC P-256, P-384 eller P-521."),
    ),
    "key.exponent": Words("65537", gettext_lazy("Lag et nytt nøkkelpar med eksponenten 65537.")),
    **{code: Words(gettext_lazy("Ingen kjent svakhet"), _NEW_PAIR) for code in WEAKNESSES},
    "key.algorithm": Words(
        "", gettext_lazy("Skriv i nøkkelen hvilken av disse algoritmene den er til.")
    ),
    "key.use": Words(
        gettext_lazy("use er sig, eller er utelatt"),
        gettext_lazy("Bruk en nøkkel som er laget for å signere."),
    ),
    "key.operations": Words(
        gettext_lazy("key_ops er verify, eller er utelatt"),
        gettext_lazy("Fjern key_ops, eller skriv bare «verify»."),
    ),
    "key.kid": Words(
        gettext_lazy("1–128 tegn av A–Z, a–z, 0–9, punktum, bindestrek og understrek"),
        gettext_lazy("Gi nøkkelen en annen kid, eller utelat den: da bruker vi fingeravtrykket."),
    ),
    "key.duplicate": Words(
        gettext_lazy("Hver nøkkel og hver kid én gang"),
        gettext_lazy("Ta bort den som står to ganger."),
    ),
    "key.kid_taken": Words(
        gettext_lazy("En kid som klienten ikke har fra før"),
        gettext_lazy("Gi nøkkelen en annen kid, eller utelat den: da bruker vi fingeravtrykket."),
    ),
    "key.certificate": Words(
        gettext_lazy("En nøkkel uten sertifikat"),
        gettext_lazy("Fjern x5c, x5t og x5t#S256, eller last opp sertifikatet som PEM."),
    ),
    "key.used_elsewhere": Words(
        gettext_lazy("En nøkkel som bare denne klienten har"),
        gettext_lazy("Lag et nytt nøkkelpar. Hver klient og hvert miljø skal ha sitt eget."),
    ),
    "key.retired": Words(
        gettext_lazy("En nøkkel som ikke har vært i bruk før"),
        gettext_lazy("Denne nøkkelen er sperret eller utløpt. Lag et nytt nøkkelpar."),
    ),
}


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
    said += [_weak(code) for code in sorted(WEAKNESSES & failed.keys())]
    if "key.used_elsewhere" in failed:
        said.append(used_elsewhere(client))
    return said or [_("Nøkkelen kan ikke brukes. Under ser du hva vi fant.")]


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


def _weak(code: str) -> str:
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
