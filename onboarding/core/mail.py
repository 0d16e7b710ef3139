"""Letters to people. Sent after the act they tell of, never within its transaction."""

import logging
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

log = logging.getLogger(__name__)


def send(*, to: str, subject: str, text: str, name: str = "") -> bool:
    """Send one letter; return whether the mail server took it.

    `name` makes its Message-ID: a letter that goes out twice is recognized as one.
    A letter that did not go out is logged without its address and its text, which may hold a
    link that lets somebody in. The caller tells the person, who has another way.
    """
    headers = {"Message-ID": f"<{name}@{_domain()}>"} if name else {}
    try:
        EmailMessage(subject=" ".join(subject.split()), body=text, to=[to], headers=headers).send()
    except (SMTPException, OSError) as error:
        log.warning("A letter was not sent: %s", type(error).__name__)
        return False
    return True


def _domain() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""
