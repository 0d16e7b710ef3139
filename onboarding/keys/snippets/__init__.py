"""What to run where the private key is, to prove it: a Python program, and a line for OpenSSL.

The texts are the .txt files beside this one. Values go in as literals of their language, so that
nothing in them can be anything but text there.
"""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.template import Context, Engine, Template
from django.utils.translation import gettext as _

from onboarding.core.formats import clock
from onboarding.jose.algorithms import ALGORITHMS
from onboarding.jose.possession import TYPE, Challenge
from onboarding.keys.models import Key

FOLDER: Final = Path(__file__).parent
PYTHON_FILE: Final = "verifiser_nokkel.py"


def python(key: Key, challenge: Challenge) -> str:
    """Return a complete program that signs the challenge with the key in a file, as a JWS."""
    other = _("Filen har en annen nøkkel, med fingeravtrykket {thumbprint}")
    values = {
        "name": PYTHON_FILE,
        "thumbprint": json.dumps(key.thumbprint),
        "typ": json.dumps(TYPE),
        "alg": json.dumps(key.alg),
        "kid": json.dumps(key.kid),
        "clock": clock(datetime.fromtimestamp(challenge.expires, UTC)),
        "audience": json.dumps(settings.BASE_URL),
        "nonce": json.dumps(challenge.nonce),
        "issued": str(challenge.issued),
        "expires": str(challenge.expires),
        "other_key": other.replace("{thumbprint}", "{key.thumbprint()}"),
    }
    return _filled("python", values)


def openssl(key: Key, challenge: Challenge) -> str:
    """Return the command line that signs the text of the challenge with a private key in PEM.

    ECDSA comes out in DER; RSA-PSS gets a salt as long as the hash (RFC 7518 §3.5).
    """
    digest = ALGORITHMS[key.alg].hash
    options = f"-{digest.name}"
    if key.alg.startswith("PS"):
        salt = f"-sigopt rsa_pss_saltlen:{digest.digest_size}"
        options += f" -sigopt rsa_padding_mode:pss {salt}"
    return _filled("openssl", {"text": shlex.quote(challenge.text), "options": options})


def _filled(name: str, values: dict[str, str]) -> str:
    text = _template(name).render(Context(values, autoescape=False))
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


@cache
def _template(name: str) -> Template:
    engine = Engine(libraries={"i18n": "django.templatetags.i18n"})
    return engine.from_string((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
