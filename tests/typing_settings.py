"""The settings of the product for tools that only read code: no server is started or asked."""

import os

os.environ.setdefault("DEBUG", "1")

from portal.settings import *  # noqa: F403 - it reads what the line above sets

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
