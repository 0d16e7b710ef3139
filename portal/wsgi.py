"""The WSGI application, ready for its server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
# What has been loaded stays: the garbage collector need not walk through it again and again.
gc.collect()
gc.freeze()
