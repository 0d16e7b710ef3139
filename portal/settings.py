"""One settings module for every shape of the portal; the environment decides (docs/settings.md)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from kombu import Queue

from portal import environment, logs, policy, schedule

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / ".data")))

DEBUG = environment.flag("DEBUG")
# Demo people, demo data and the commands that print keys. Never where real people log in.
DEMO = environment.flag("DEMO", "1" if DEBUG else "0")
SECRET_KEY = environment.text("SECRET_KEY", "only-for-this-laptop" if DEBUG else None)
SECRET_KEY_FALLBACKS = environment.text("SECRET_KEY_FALLBACKS", "").split()
BASE_URL = environment.base_url("http://localhost:8000" if DEBUG else None)
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [
    urlsplit(BASE_URL).hostname or "",
    *environment.text("ALLOWED_HOSTS", "127.0.0.1 localhost" if DEBUG else "").split(),
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "template_partials",
    "portal",
    "onboarding.core",
    "onboarding.audit",
    "onboarding.accounts",
    "onboarding.notices",
    "onboarding.suppliers",
    "onboarding.apis",
    "onboarding.systems",
    "onboarding.clients",
    "onboarding.keys",
    "onboarding.traffic",
    "onboarding.sts",
    "onboarding.smoketests",
    "onboarding.cpapi",
    "onboarding.selfservice",
    "onboarding.webhooks",
    "onboarding.diagnosis",
    "onboarding.testtokens",
    "onboarding.checklists",
    "onboarding.promotion",
]
MIDDLEWARE = [
    "portal.middleware.EveryAnswer",
    # Machines get neither session, cookie nor redirect, and pay for none of them.
    "portal.middleware.MachineRequests",
    # Headers before whatever may answer by itself: files, redirects, refusals of a host name.
    "csp.middleware.CSPMiddleware",
    "portal.middleware.BrowserHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.PersonLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.middleware.ActingPerson",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
            "builtins": ["onboarding.core.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": environment.database(DATA_DIR)}
REDIS_URL = environment.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

AUTH_USER_MODEL = "accounts.User"
# Label and view of each way to log in (accounts/ways.py); the demo's cards are not among them.
LOGIN_WAYS: list[tuple[str, str]] = []
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-sid" if SECURE else "sid"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from a login
SESSION_COOKIE_AGE = 30 * 60  # idle; the absolute limit below
SESSION_SAVE_EVERY_REQUEST = True
SESSION_ABSOLUTE_AGE = timedelta(hours=10)  # a working day
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"

SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if environment.flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 4
CONTENT_SECURITY_POLICY = policy.CONTENT_SECURITY_POLICY

# Letters hold links that let people in. On a laptop they are files, never lines of a log.
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if DEBUG else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(environment.text("EMAIL_PORT", "25"))
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "selvbetjening@localhost")

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", "Bokmål"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_TZ = True
TIME_ZONE = "Europe/Oslo"  # what people see; data is UTC

FILES_DIR = DATA_DIR / "files"  # what people add: outside of what a web server hands out
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# ES modules need their type; the platform's own table is not the same everywhere.
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".woff2": "font/woff2"}

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE  # whose nights the schedule means
CELERY_TASK_IGNORE_RESULT = True
# Celery leaves connections alone for this many tasks, more than a worker lives: portal.celery
# closes those that are old or broken.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_TASK_ACKS_LATE = True
# Safe because every job counts its attempts in its row and gives up after a few.
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
    # A request must not wait for a broker that is away: the sweep finds the row anyway.
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ACCEPT_CONTENT = ["json"]
# Workers take from each in turn: nobody's key waits behind however many slow token tests.
CELERY_TASK_QUEUES = [Queue(name) for name in ("celery", "keys", "checks", "sweeps", "webhooks")]
CELERY_TASK_ROUTES = {
    "*.sweep": {"queue": "sweeps"},
    "keys.make": {"queue": "keys"},
    "testtokens.execute": {"queue": "checks"},
    "webhooks.deliver": {"queue": "webhooks"},
}
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE

# The authorization server of each environment. Another one takes the place of ours by naming its
# issuer here; what the portal needs of it is the metadata and the token endpoint, nothing more.
ISSUERS = {
    "test": environment.text("TEST_ISSUER", f"{BASE_URL}/test/sts"),
    "production": environment.text("PRODUCTION_ISSUER", f"{BASE_URL}/production/sts"),
}
# Who says which rights organisations have given: the portal's own register, or Altinn (ADR 23).
RIGHTS = {
    "test": environment.choice("TEST_RIGHTS", ("own", "altinn")),
    "production": environment.choice("PRODUCTION_RIGHTS", ("own", "altinn")),
}
ALTINN_URL = environment.text("ALTINN_URL", "https://platform.altinn.no")
# Short-lived, so the file is read for each question; whoever fetches tokens keeps it fresh.
ALTINN_TOKEN_FILE = environment.text("ALTINN_TOKEN_PATH", "")
ALTINN_SUBSCRIPTION_KEY = environment.text("ALTINN_SUBSCRIPTION_KEY", "")
# The resources in Altinn's register that stand for the three rights.
ALTINN_RESOURCES = {
    "use": environment.text("ALTINN_RESOURCE_USE", ""),
    "systems": environment.text("ALTINN_RESOURCE_SYSTEMS", ""),
    "apis": environment.text("ALTINN_RESOURCE_APIS", ""),
}
# Of one client at one web process. Whoever uses a token until it expires needs far fewer.
STS_REQUESTS_PER_SECOND = int(environment.text("STS_REQUESTS_PER_SECOND", "100"))
# Token tests that people of one organisation ask for in an hour; a laptop has one person only.
TOKEN_TESTS_PER_HOUR = int(environment.text("TOKEN_TESTS_PER_HOUR", "1000" if DEBUG else "10"))
# Traces of requests: for how many days (0: none), and how many rows a day of one client, of
# strangers who use its name, and of all clients together. What is beyond that is counted, no row.
TRAFFIC_DAYS = int(environment.text("TRAFFIC_DAYS", "30"))
TRAFFIC_ROWS_PER_CLIENT = int(environment.text("TRAFFIC_ROWS_PER_CLIENT", "5000"))
TRAFFIC_UNSIGNED_PER_CLIENT = int(environment.text("TRAFFIC_UNSIGNED_PER_CLIENT", "500"))
TRAFFIC_ROWS_PER_DAY = int(environment.text("TRAFFIC_ROWS_PER_DAY", "500000"))
# Written down by a thread beside the requests; tests write when they want to.
TRAFFIC_IN_BACKGROUND = True
# Of 100 changes of low risk that go through without a look before, how many get one afterwards.
SPOT_CHECK_PERCENT = int(environment.text("SPOT_CHECK_PERCENT", "10"))
# Audiences that no test token is made for, in lower case: APIs of the portal that act on real
# registrations. Whoever minted his own token for one would be whichever client he likes there.
TEST_TOKENS_BARRED = frozenset({"nhn:selvbetjening"})
# The portal's own APIs by short name, and where below an environment each answers a harmless GET:
# the only addresses of the portal that a token test or an API check calls as an API's.
OWN_APIS = {
    "nhn:cp-api": "cp-api/CommunicationPartyEvents",
    "nhn:selvbetjening": "api/v1/client",
}
# Production is for real organisations only (portal/opening.py).
OPEN_ENVIRONMENTS = frozenset({"test", "production"})
# Who knows whose production clients are made from a supplier's systems.
SUPPLIER_CUSTOMERS = "onboarding.clients.queries.served.served_in_production"
# Of one automation key, and of one client, over all processes.
API_DRAFTS_PER_MINUTE = int(environment.text("API_DRAFTS_PER_MINUTE", "6000"))
# For so long after its day a draft is kept, whatever became of it.
DRAFTS_DAYS = int(environment.text("DRAFTS_DAYS", "90"))
API_REQUESTS_PER_MINUTE = int(environment.text("API_REQUESTS_PER_MINUTE", "600"))
# Hosts at whose root the API of an environment answers too, as published clients expect it.
API_ROOTS = environment.api_roots(f"{BASE_URL}=test" if DEMO else "")
# Who proves a key that the worker made, while its private half is still there (ADR 0004).
KEY_WITNESS = "onboarding.smoketests.services.witness"
# Who knows how far a code review has come: gives a preflight.Row, or None without a case.
REVIEW_STANDING = "portal.pages.review_standing.standing"
# Who knows what a client system of test was released as.
RELEASED_SYSTEM = "portal.pages.released.system_of"
# Origins the workers may call although they are on this machine: ours, and nobody else's.
EGRESS_OWN_ORIGINS = [BASE_URL]
# Networks (CIDR) that they may not call although they are public, such as our load balancer's.
EGRESS_DENIED = environment.text("EGRESS_DENIED", "").split()

LOGGING = logs.LOGGING
