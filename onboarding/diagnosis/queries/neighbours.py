"""Whose key it was: looked for only among keys that the asker may see anyway."""

from __future__ import annotations

from typing import Final

from django.db.models import Case as When
from django.db.models import IntegerField, Value
from django.db.models import When as If
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core import formats
from onboarding.core.environments import Environment
from onboarding.diagnosis.advice import Told
from onboarding.diagnosis.queries.asking import Asker, Part, as_uuid
from onboarding.jose.checks import Check, printable
from onboarding.keys.models import Key
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.states import STOPPED

MOST: Final = 200  # keys that are tried: each costs a verification
CODES: Final = frozenset(
    f"assertion.{rule}" for rule in ("key", "signature", "client", "issuer", "subject")
)
SHOWN: Final = 8  # characters of a kid, as on the page of the keys


def tell(check: Check, part: Part, client: ClientConfiguration | None, asker: Asker) -> Told | None:
    """Return whose key, or which client, a refused assertion speaks of; None where nobody knows.

    A client that the asker may not see is told of in the words for one that does not exist.
    """
    if check.code not in CODES:
        return None
    if client is None:
        return _unknown_client(part, asker)
    if client.status != Status.ACTIVE:
        return Told(
            _("Klienten er ikke i bruk: %(status)s")
            % {"status": formats.inside(str(client.get_status_display()))},
            (_("Ta klienten i bruk på siden dens, eller bruk en annen klient-ID."),),
        )
    if is_stopped(client):
        return Told(
            _("Godkjenningen av leverandøren gjelder ikke i produksjon nå"),
            (_("Leverandøren ser hvorfor på siden «Leverandørgodkjenning»."),),
        )
    if check.code in ("assertion.key", "assertion.signature"):
        return _key(part, client, asker)
    return None


def is_stopped(client: ClientConfiguration) -> bool:
    """Say whether the client gets no tokens because its system's supplier is stopped."""
    if client.environment != Environment.PRODUCTION or client.revision is None:
        return False
    return supplier_of(client.revision.system.organization_id).state in STOPPED


def _unknown_client(part: Part, asker: Asker) -> Told:
    subject = part.reading.claims.get("sub")
    uuid = as_uuid(subject)
    elsewhere = ClientConfiguration.objects.visible_to(asker.actor).exclude(
        environment=asker.environment
    )
    if uuid and (other := elsewhere.filter(pk=uuid).first()):
        return Told(
            _("Klienten «%(client)s» hører til et annet miljø: %(environment)s")
            % {"client": other.name, "environment": _environment(other)},
            (_("Bruk klient-ID-en fra klientens side i dette miljøet."),),
            found=printable(subject),
        )
    return Told(
        _("Dere har ingen klient med denne ID-en her"),
        (
            _("Kopier klient-ID-en fra klientens side, i riktig miljø."),
            _("Hører klienten til en annen virksomhet, må noen derfra spørre."),
        ),
        expected=_("Klient-ID-en til en klient som dere ser i portalen"),
        found=printable(subject),
    )


def _key(part: Part, client: ClientConfiguration, asker: Asker) -> Told | None:
    kid = part.reading.header.get("kid")
    signer = _signer(part, client, asker)
    if signer is None:
        return _named(kid, client, asker)
    if signer.client_id != client.pk:
        return _of_another(signer, client)
    if gone := _gone(signer, asker):
        return gone
    return Told(
        _("`kid` nevner en annen nøkkel enn den som har signert"),
        (
            _("Sett `kid` til `%(kid)s`, eller signer med nøkkelen som `kid` nevner.")
            % {"kid": signer.kid},
        ),
        expected=signer.kid,
        found=printable(kid),
    )


def _signer(part: Part, client: ClientConfiguration, asker: Asker) -> Key | None:
    """The key that made the signature, this client's own first."""
    near = When(If(client=client, then=Value(0)), default=Value(1), output_field=IntegerField())
    mine = Key.objects.visible_to(asker.actor).filter(client__organization=client.organization_id)
    found = mine.select_related("client", "revoked_by").order_by(near, "-created_at", "pk")
    for key in found[:MOST]:
        if part.is_signed_by(key.public_jwk):
            return key
    return None


def _named(kid: object, client: ClientConfiguration, asker: Asker) -> Told | None:
    """Nobody's signature: what the name says is all there is."""
    known = Key.objects.visible_to(asker.actor).filter(
        client=client, kid=printable(kid).replace("\0", "")
    )
    if key := known.select_related("client", "revoked_by").first():
        return _gone(key, asker) or Told(
            _("Signaturen er ikke laget med nøkkelen som `kid` nevner"),
            (
                _("Finn den private nøkkelen som hører til `%(kid)s`, og signer med den.")
                % {"kid": key.kid},
                _("Sjekk at ingenting endrer teksten etter at den er signert."),
            ),
            expected=_("Signatur fra %(kid)s") % {"kid": key.kid[:SHOWN]},
            found=_("En signatur fra en nøkkel vi ikke kjenner hos dere"),
        )
    return Told(
        _("Nøkkelen i `kid` har aldri vært registrert på klienten"),
        (
            _("Registrer den offentlige delen av nøkkelen på klientens side."),
            _("Er den registrert allerede, bruk nøkkel-ID-en som står der, som `kid`."),
        ),
    )


def _of_another(key: Key, client: ClientConfiguration) -> Told:
    fix = (
        _("Signer med en av nøklene til «%(client)s». Hver klient har sine egne.")
        % {"client": client.name},
    )
    if key.client.environment != client.environment:
        title = _(
            "Signaturen er laget med nøkkelen til «%(client)s» i et annet miljø: %(environment)s"
        )
    else:
        title = _("Signaturen er laget med nøkkelen til en annen av klientene deres: «%(client)s»")
    words = {"client": key.client.name, "environment": _environment(key.client)}
    return Told(title % words, fix, found=key.kid)


def _gone(key: Key, asker: Asker) -> Told | None:
    fixes = (
        _("Finn hvor systemet leser nøkkelen fra. `kid` der begynner på `%(kid)s`.")
        % {"kid": key.kid[:SHOWN]},
        _("Bytt den ut med en nøkkel som er i bruk, og start systemet på nytt."),
    )
    if key.revoked_at:
        when = formats.moment(key.revoked_at, now=asker.at)
        by = str(key.revoked_by.name) if key.revoked_by else ""
        return Told(
            _("Signert med en nøkkel som er sperret"),
            fixes,
            found=_("%(kid)s, sperret %(when)s av %(by)s")
            % {"kid": key.kid[:SHOWN], "when": when, "by": by},
        )
    if key.expires_at <= asker.at:
        when = formats.moment(key.expires_at, now=asker.at)
        return Told(
            _("Signert med en nøkkel som har gått ut"),
            fixes,
            found=_("%(kid)s, gikk ut %(when)s") % {"kid": key.kid[:SHOWN], "when": when},
        )
    return None


def _environment(client: ClientConfiguration) -> str:
    return formats.inside(str(Environment(client.environment).label))
