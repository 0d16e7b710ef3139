"""What is asked for a new key. Saving is the services' job."""

from __future__ import annotations

from base64 import b64encode
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.clients.states import KeyWay
from onboarding.core.options import Option
from onboarding.core.refusals import Invalid
from onboarding.jose import private_parts
from onboarding.jose.algorithms import ALGORITHMS
from onboarding.jose.keys import LARGEST
from onboarding.keys import advice
from onboarding.keys.kinds import KINDS, LIFETIMES, Kind
from onboarding.keys.sealing import read_recipient
from onboarding.keys.services import KeyRefused, NotProved

WAYS = {
    KeyWay.BROWSER: Option(
        gettext_lazy("Lag det i nettleseren"),
        gettext_lazy(
            "Tryggest: den private nøkkelen lages på maskinen din og forlater den aldri. Det tar "
            "vanligvis under et sekund."
        ),
        gettext_lazy("Anbefalt"),
    ),
    KeyWay.UPLOAD: Option(
        gettext_lazy("Last opp en offentlig nøkkel"),
        gettext_lazy(
            "Dere har laget nøkkelparet selv. Like trygt, og best når nøkkelen bor i et "
            "nøkkelhvelv."
        ),
    ),
    KeyWay.PORTAL: Option(
        gettext_lazy("La portalen lage det"),
        gettext_lazy(
            "Mindre trygt, fordi den private nøkkelen finnes hos oss et øyeblikk. Den krypteres "
            "for denne nettleseren, hentes én gang og slettes etter ti minutter."
        ),
    ),
}
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
_FILES = ".json,.jwk,.jwks,.pem,.pub,.crt,.cer"


class NewKey(forms.Form):
    """How the key is made, and the public half where it is there already.

    A private key is never shown again, whatever else is wrong: `private_text` holds it for the
    service that bars it, and the field is emptied.
    """

    way = forms.ChoiceField(
        label=gettext_lazy("Hvordan vil du lage nøkkelparet?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Velg hvordan nøkkelparet skal lages.")},
    )
    public_key = forms.CharField(
        label=gettext_lazy("Offentlig nøkkel"),
        help_text=gettext_lazy("JWK, JWKS eller PEM. Minst RSA 2048 eller P-256."),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "class": "code",
                "rows": 5,
                "spellcheck": "false",
                "autocomplete": "off",
                "data-private-stop": True,
            }
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Eller velg en fil"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": _FILES, "data-private-stop": True}),
    )
    alg = forms.ChoiceField(
        label=gettext_lazy("Algoritmen som nøkkelen signerer med"),
        help_text=gettext_lazy("Nøkkelen sier det ikke selv. Velg den programvaren deres bruker."),
        required=False,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Algoritme"))
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("Nøkkelen går ut om"),
        coerce=int,
        choices=list(LIFETIMES.items()),
    )
    recipient = forms.CharField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, ways: Collection[KeyWay], usual: Kind, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"way": KeyWay.BROWSER, "kind": usual.name, "lifetime": 365})
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [  # type: ignore[attr-defined]  # a choice field
            (way.value, option) for way, option in WAYS.items() if way in ways
        ]
        self.fields["kind"].choices = _kind_choices(usual)  # type: ignore[attr-defined]
        self._offer(ALGORITHMS)
        self.findings: list[advice.Finding] = []
        self.asks_alg = False
        self.private_text = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = self.data.get("public_key", "")  # as it came: also what the field refused
        if file := data.get("file"):
            text = _read(file.read(LARGEST + 1))
        if len(text) > LARGEST:  # no key, and not worth a look: the service says so
            self._show(public_key="")
        elif private_parts.find(text).names:
            self.private_text = text
            self._show(public_key="")
        elif file:
            self._show(public_key=text)
        data["text"] = text
        match data.get("way"):
            case KeyWay.BROWSER if not data.get("public_key"):
                self.add_error("way", _without_script())
            case KeyWay.UPLOAD if not text.strip():
                missing = _("Lim inn den offentlige nøkkelen, eller velg en fil.")
                self.add_error("public_key", missing)
            case KeyWay.PORTAL:
                data["recipient"] = self._recipient(data.get("recipient", ""))
        return data

    def refuse(self, refusal: KeyRefused) -> None:
        """Show what was wrong with the key, and ask for the algorithm if that is all."""
        if refusal.choices:
            self._offer(refusal.choices)
            self.asks_alg = True
            self.add_error("alg", _("Velg algoritme: nøkkelen sier ikke selv hvilken den er til."))
            return
        self.findings = advice.findings(refusal.checks)
        for headline in refusal.headlines:
            self.add_error("public_key", headline)

    def need_recipient(self) -> dict[str, str]:
        """Return the browser's public key; Invalid where no script has sent one."""
        recipient: dict[str, str] | None = self.cleaned_data.get("recipient")
        if not recipient:
            raise Invalid(_without_script(), field="way")
        return recipient

    def _recipient(self, text: str) -> dict[str, str] | None:
        if not text:
            return None
        try:
            return read_recipient(text)
        except ValueError:
            self.add_error("way", _without_script())
            return None

    def _offer(self, algorithms: Collection[str]) -> None:
        choices = [("", _("Velg algoritme")), *((name, name) for name in algorithms)]
        self.fields["alg"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def _show(self, **values: str) -> None:
        self.data = {**self.data.dict(), **values}  # type: ignore[attr-defined]  # a QueryDict


class Finish(forms.Form):
    """The end of the wizard. The browser fills in `recipient` when the portal makes the key."""

    recipient = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_recipient(self) -> dict[str, str] | None:
        text = self.cleaned_data["recipient"]
        try:
            return read_recipient(text) if text else None
        except ValueError:
            self.add_error(None, _without_script())
            return None


class ProofWay(TextChoices):
    """Where the signature is made."""

    BROWSER = "browser", gettext_lazy("I nettleseren")
    PYTHON = "python", gettext_lazy("Med Python")
    OPENSSL = "openssl", gettext_lazy("Med OpenSSL")


class Proof(forms.Form):
    """A signature that proves a key. In the browser a script fills it in; elsewhere it is pasted.

    `nonce` says which challenge a bare signature answers.
    """

    signature = forms.CharField(
        label=gettext_lazy("Signatur"),
        error_messages={"required": gettext_lazy("Lim inn signaturen.")},
        widget=forms.Textarea(
            attrs={
                "class": "code",
                "rows": 5,
                "spellcheck": "false",
                "autocomplete": "off",
                "data-private-stop": True,
            }
        ),
    )
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, way: ProofWay, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way = way
        self.findings: list[advice.Finding] = []
        self.given_nonce = str(self.data.get("nonce", ""))
        if way == ProofWay.BROWSER:
            self.fields["signature"].widget = forms.HiddenInput()
            self.fields["signature"].required = False  # said of the form: the field is not seen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.way == ProofWay.BROWSER and not data.get("signature"):
            self.add_error(
                None, _("Nettleseren har ikke signert: det krever JavaScript og nøkkelfilen.")
            )
        return data

    def refuse(self, refusal: NotProved) -> None:
        """Show why the signature proves nothing; it is not shown again if it is a private key."""
        self.findings = advice.findings(refusal.checks)
        if self.findings[0].code == "key.private" or self.way == ProofWay.BROWSER:
            self.data = {**self.data.dict(), "signature": ""}  # type: ignore[attr-defined]  # a QueryDict
        for headline in refusal.headlines:
            self.add_error(None if self.way == ProofWay.BROWSER else "signature", headline)


class Revoke(forms.Form):
    """Asks once more where it stops the client."""

    sure = forms.BooleanField(
        error_messages={"required": gettext_lazy("Kryss av for at klienten kan stoppe.")}
    )

    def __init__(self, client: str, *args: Any, is_last: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_last:
            label = _("Jeg forstår at %(client)s ikke får token fra nå av") % {"client": client}
            self.fields["sure"].label = label
        else:
            del self.fields["sure"]


def _read(data: bytes) -> str:
    """Return a file's text; of a file that is no text, its base64, so that it can be judged too.

    UTF-16, as some consoles write it, keeps its mark: it is refused for that, but read all the
    same, since it may be a private key.
    """
    for encoding in ("utf-8", "utf-16") if data[:2] in _UTF_16 else ("utf-8",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if encoding == "utf-8" else private_parts.BOM + text
    return b64encode(data).decode()


def _kind_choices(usual: Kind) -> list[tuple[str, str]]:
    recommended = _("%(kind)s (anbefalt)") % {"kind": usual.label}
    others = [(kind.name, kind.label) for kind in KINDS.values() if kind != usual]
    return [(usual.name, recommended), *others]


def _without_script() -> str:
    return _("Dette krever JavaScript i nettleseren. Last opp en offentlig nøkkel i stedet.")
