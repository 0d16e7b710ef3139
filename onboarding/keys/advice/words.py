"""What each check of a key, or of a proof that somebody holds it, expects, and what to do."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

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


_KEYS: Final[dict[str, Words]] = {
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


_ALL_OF_IT: Final = gettext_lazy(
    "Lag signaturen på nytt med eksempelet på siden, og lim inn alt det skriver ut."
)
_TIMES: Final = gettext_lazy("Bruk tidene som står i eksempelet: de er etter klokken vår.")
_AGAIN: Final = gettext_lazy("Signer på nytt, med verdien som står på siden nå.")
_POSSESSION: Final[dict[str, Words]] = {
    "pop.size": Words(gettext_lazy("Høyst 8192 tegn"), gettext_lazy("Lim inn bare signaturen.")),
    "pop.compact": Words(gettext_lazy("Tre deler med punktum mellom"), _ALL_OF_IT),
    "pop.base64url": Words("base64url", _ALL_OF_IT),
    "pop.json": Words(gettext_lazy("Gyldig JSON i header og claims"), _ALL_OF_IT),
    **{
        f"pop.{rule}": Words(gettext_lazy("Ingen slike felter i headeren"), _ALL_OF_IT)
        for rule in ("critical", "compression", "embedded_key")
    },
    "pop.type": Words("", gettext_lazy("Skriv dette som typ i headeren.")),
    "pop.kid": Words("", gettext_lazy("Skriv nøkkel-ID-en til denne nøkkelen som kid.")),
    "pop.algorithm": Words(
        "", gettext_lazy("Signer med algoritmen som nøkkelen er registrert med.")
    ),
    "pop.signature": Words(
        gettext_lazy("En signatur som denne nøkkelen har laget, over det som står på siden"),
        gettext_lazy(
            "Se etter at filen er den private delen av denne nøkkelen, og at du signerer nøyaktig "
            "det som står på siden, uten linjeskift etter."
        ),
    ),
    "pop.key": Words(
        "",
        gettext_lazy(
            "Fingeravtrykket er en annen av klientens nøkler. Velg filen som hører til denne, "
            "eller verifiser den andre."
        ),
    ),
    "pop.audience": Words("", gettext_lazy("Skriv portalens adresse som aud, nøyaktig slik.")),
    "pop.nonce": Words(gettext_lazy("En nonce fra denne siden, for denne nøkkelen"), _AGAIN),
    "pop.nonce_age": Words(gettext_lazy("Høyst 300 sekunder siden siden ble hentet"), _AGAIN),
    "pop.replay": Words(gettext_lazy("En nonce som ikke er brukt før"), _AGAIN),
    **{
        f"pop.{rule}": Words("", _TIMES)
        for rule in ("issued_at", "not_before", "expiry", "lifetime")
    },
    "pop.base64": Words(
        "base64", gettext_lazy("Lim inn alt «openssl base64» skriver ut, og ikke noe annet.")
    ),
    "pop.der": Words(
        gettext_lazy("En ECDSA-signatur i DER"),
        gettext_lazy("Lim inn signaturen slik openssl skriver den, ikke r og s etter hverandre."),
    ),
}

WORDS: Final = {**_KEYS, **_POSSESSION}
