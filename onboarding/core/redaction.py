"""The last net under the rule that secrets are never logged: what looks like one is cut out."""

import logging
import re

_SECRETS = re.compile(
    r"""eyJ[\w-]{8,}\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?   # a JWS or JWE
    | -----BEGIN[^-]*-----.*?(?:-----END[^-]*-----|\Z)      # PEM
    | "(?:d|p|q|dp|dq|qi|k|oth)\\?"\s*:\s*\\?"[^"\\]*       # private members of a JWK
    """,
    re.VERBOSE | re.DOTALL,
)


def redact(text: str) -> str:
    """Return `text` with tokens, PEM blocks and private JWK members replaced."""
    return _SECRETS.sub("[redacted]", text)


class RedactSecrets(logging.Filter):
    """Formats the record itself, so that arguments and tracebacks are covered as well."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = redact(trace), None
        return True
