"""Settings read from the process environment, with types and without surprises."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# A process that froze in a transaction must not hold up all the others, nor one that waits for it.
PATIENCE = {
    "connect_timeout": "5",
    "options": "-c lock_timeout=15s -c idle_in_transaction_session_timeout=60s",
}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def text(name: str, default: str | None = None) -> str:
    """Return the setting NAME, or the content of the file that NAME_FILE points at.

    Raises ImproperlyConfigured where neither is set and there is no default.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE).")
    return value


def flag(name: str, default: str = "0") -> bool:
    """Return the setting NAME as a truth value; anything but 0 and 1 is refused."""
    value = text(name, default)
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def choice(name: str, options: tuple[str, ...]) -> str:
    """Return the setting NAME, one of `options`; the first of them where it is not set."""
    value = text(name, options[0])
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(options)}, not {value!r}.")
    return value


def base_url(default: str | None) -> str:
    """Return BASE_URL: the origin that people and clients see, https except on this machine."""
    value = text("BASE_URL", default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        raise ImproperlyConfigured("BASE_URL must be https, except on localhost.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured("BASE_URL must be an origin, such as https://portal.example.")
    return value


def api_roots(default: str) -> dict[str, tuple[str, str]]:
    """Return API_ROOTS, `origin=environment` with spaces between: by host, origin and environment.

    At these hosts the API of an environment also answers at the root, `/v1/…`, as published
    clients expect.
    """
    found = {}
    for entry in text("API_ROOTS", default).split():
        origin, _, environment = entry.rpartition("=")
        parts = urlsplit(origin)
        if environment not in ("test", "production") or not parts.netloc or parts.path:
            raise ImproperlyConfigured("API_ROOTS has entries like https://api.example=test.")
        found[parts.netloc] = (origin, environment)
    return found


def database(data_dir: Path) -> dict[str, object]:
    """Return Django's settings for DATABASE_URL (postgresql://…), or for SQLite in `data_dir`.

    What stands after `?` in the URL goes to libpq as it is, such as `sslmode=verify-full`.
    """
    url = text("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_dir / "portal.sqlite3",
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half-way through a transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": PATIENCE | dict(parse_qsl(parts.query, strict_parsing=bool(parts.query))),
    }
