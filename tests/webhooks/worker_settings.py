"""The portal's settings for a worker that may call a receiver on this machine."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import BASE_URL

EGRESS_OWN_ORIGINS = [BASE_URL, os.environ["RECEIVER_ORIGIN"]]
