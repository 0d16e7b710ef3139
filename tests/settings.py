"""The settings of the product, but for a handful of lines."""

import tests.environment  # noqa: F401 - before the settings, which read what it sets
from portal.settings import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
# Names without hashes: no collectstatic before the tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# In the transaction of the test, when the test says so.
TRAFFIC_IN_BACKGROUND = False
