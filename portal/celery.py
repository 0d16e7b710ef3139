"""The Celery application: brokers carry hints, never truth (see docs/adr/0003)."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def keep_what_works(**_: Any) -> None:
    """Treat a task as Django treats a request: a connection is kept while it is young and works.

    Celery would have each task open a new one (but for CELERY_DB_REUSE_MAX), which costs more
    than most tasks do.
    """
    from django.db import close_old_connections  # noqa: PLC0415 - settings are not read before

    close_old_connections()
