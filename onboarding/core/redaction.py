"""The last net under the rule that secrets are never logged: what looks like one is cut out."""

import logging
import re

_SECRETS = re.compile(
    r"""eyJ[\w-]{8,}\.[\w-]*\.[\w-]*(?:\.[\w-]*\.[\w-]*)?   # a JWS or JWE
    | -----BEGIN[^-]*-----.*?(?:-----END[^-]*-----|\Z)      # PEM
    # Private members of a JWK, as JSON, as JSON inside JSON, and as Python shows them.
    | \\*["'](?:d|p|q|dp|dq|qi|k|oth)\\*["']\s*:\s*\\*["'][^"'\\]*
    # Links that let somebody in: Django logs the address of whatever it refuses.
    | (?<=/invitations/)[\w-]{20,} | (?<=/profile/email/)[^/\s]{20,}
    """,
    re.VERBOSE | re.DOTALL,
)


def redact(text: str) -> str:
    """Return `text` with tokens, PEM blocks and private JWK members replaced."""
    return _SECRETS.sub("[redacted]", text)


class RedactSecrets(logging.Filter):
    """Formats the record itself, so that arguments and tracebacks are covered as well."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(_message(record))
        record.args = None
        record.stack_info = redact(record.stack_info) if record.stack_info else None
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = redact(trace), None
        return True


def _message(record: logging.LogRecord) -> str:
    """The line, or where one comes from that cannot be put together: no reason to fail for."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"a line that cannot be written, from {record.pathname}:{record.lineno}"
