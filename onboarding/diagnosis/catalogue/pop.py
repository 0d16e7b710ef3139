"""How somebody shows that they hold a private key: a signature over our challenge."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from onboarding.diagnosis.catalogue import reading, words
from onboarding.diagnosis.catalogue.entry import Entry, of_key
from onboarding.keys.advice import WORDS

# What to do is said as it is where the signature was refused.
_READING: Final = tuple(
    entry._replace(fixes=(WORDS[entry.code].fix,))
    for entry in reading.entries("pop")
    if entry.code != "pop.size"
)
ENTRIES: Final[tuple[Entry, ...]] = (
    *_READING,
    of_key(
        "pop.size",
        _("Det er for stort til å være en signatur"),
        _("En signatur er noen hundre tegn. Vi leser ikke mer enn det trengs."),
        (_("Hele filen som ble signert, er limt inn sammen med signaturen."),),
        wrong="challenge + signature",
        right="signature",
    ),
    of_key(
        "pop.type",
        _("`typ` er ikke `key-pop+jwt`"),
        _("`typ` gjør at signaturen bare kan verifisere en nøkkel, og aldri hente et token."),
        (_("En client assertion er limt inn i stedet."),),
        wrong='"typ": "client-authentication+jwt"',
        right='"typ": "key-pop+jwt"',
    ),
    of_key(
        "pop.kid",
        _("`kid` er en annen nøkkel"),
        _("Siden verifiserer én nøkkel, og `kid` må være nøkkel-ID-en til den."),
        (_("Eksempelet er kopiert fra siden til en annen nøkkel."),),
        wrong='"kid": "nordlys-2025"',
        right='"kid": "nordlys-2026"',
    ),
    of_key(
        "pop.key",
        _("Signaturen er laget med en annen av klientens nøkler"),
        _("Signaturen er riktig, men den verifiserer ikke denne nøkkelen."),
        (_("Den gamle filen er brukt etter et nøkkelbytte."),),
        wrong="openssl pkeyutl -sign -inkey nordlys-2025.pem …",
        right="openssl pkeyutl -sign -inkey nordlys-2026.pem …",
    ),
    of_key(
        "pop.algorithm",
        _("Signaturen er laget med en annen algoritme"),
        _("Nøkkelen er registrert for én algoritme, og klienten må kunne signere med den."),
        (_("Verktøyet velger utfylling (PKCS #1 eller PSS) eller hash selv."),),
        wrong="-pkeyopt rsa_padding_mode:pkcs1",
        right="-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest",
    ),
    of_key(
        "pop.signature",
        _("Signaturen er ikke fra en nøkkel vi kjenner"),
        _("Ingen av klientens nøkler har laget signaturen over det som stod på siden."),
        (
            _("Teksten fikk et linjeskift på slutten da den ble lagret i en fil."),
            _("Den private nøkkelen hører til en annen klient eller et annet miljø."),
        ),
        wrong="echo 'key-pop …' | openssl …",
        right="printf %s 'key-pop …' | openssl …",
    ),
    of_key(
        "pop.audience",
        _("`aud` er ikke portalen"),
        _("Mottakeren av signaturen er portalen, ikke autorisasjonstjeneren."),
        (_("`aud` er tatt fra oppsettet for å hente token."),),
        wrong='"aud": "https://portal.example/test/sts"',
        right='"aud": "https://portal.example"',
    ),
    of_key(
        "pop.nonce",
        _("Verdien er ikke gitt for denne nøkkelen"),
        _(
            "Siden gir en verdi som bare gjelder én klient og én nøkkel. Den må være med "
            "i signaturen."
        ),
        (_("Verdien er fra siden til en annen nøkkel, eller er kortet av."),),
        wrong='"nonce": "k3J…"',
        right='"nonce": "p9Q…"',
    ),
    of_key(
        "pop.nonce_age",
        _("Verdien er for gammel"),
        _("Verdien på siden varer i fem minutter, så en gammel signatur ikke kan brukes."),
        (_("Siden stod åpen mens signaturen ble hentet et annet sted."),),
        wrong="13.00.00 → 13.08.00",
        right="13.00.00 → 13.02.00",
    ),
    of_key(
        "pop.replay",
        _("Verdien er brukt før"),
        _("Hver verdi verifiserer en nøkkel én gang."),
        (_("Skjemaet er sendt to ganger."),),
        wrong="nonce=k3J… → 200\nnonce=k3J…",
        right="nonce=k3J… → 200\nnonce=p9Q… → 200",
    ),
    of_key(
        "pop.issued_at",
        _("`iat` mangler, eller er foran klokken vår"),
        _("`iat` sier når signaturen ble laget."),
        (
            words.FAST_CLOCK,
            _("`iat` er utelatt eller skrevet som tekst."),
        ),
        wrong='"exp": 1795435500',
        right='"iat": 1795435200, "exp": 1795435500',
    ),
    of_key(
        "pop.not_before",
        _("Signaturen gjelder ikke ennå (`nbf`)"),
        _("`nbf` trengs ikke. Står den der, kan den ikke være foran klokken vår."),
        (words.FAST_CLOCK,),
        wrong='"iat": 1795435200, "nbf": 1795435260',
        right='"iat": 1795435200',
    ),
    of_key(
        "pop.expiry",
        _("Signaturen er utløpt (`exp`)"),
        _("`exp` må finnes, og kan ikke være passert når signaturen kommer fram."),
        (
            _("Signaturen ble laget på forhånd."),
            words.SLOW_CLOCK,
        ),
        wrong='"iat": 1795435200',
        right='"iat": 1795435200, "exp": 1795435500',
    ),
    of_key(
        "pop.lifetime",
        _("Signaturen varer for lenge"),
        _("Det kan være høyst fem minutter fra `iat` til `exp`."),
        (_("Biblioteket setter en time når ingenting er sagt."),),
        wrong='"iat": 1795435200, "exp": 1795438800',
        right='"iat": 1795435200, "exp": 1795435500',
    ),
    of_key(
        "pop.base64",
        _("Signaturen er ikke base64"),
        _("En signatur uten JWT rundt limes inn som vanlig base64."),
        (
            _("Signaturen er skrevet med sifre i 16-tallssystemet."),
            _("En del av utskriften ble ikke med."),
        ),
        wrong="openssl … | xxd -p",
        right="openssl … | openssl base64",
    ),
    of_key(
        "pop.der",
        _("Signaturen er ikke i DER"),
        _(
            "En signatur fra en EC-nøkkel er to tall, og OpenSSL skriver dem som DER. I "
            "en JWT skrives de ellers."
        ),
        (_("Signaturen er tatt ut av en JWT."),),
        wrong="r || s, 64 B",
        right="DER, 70–72 B",
    ),
)
