"""Letters to people. Sent after the act they tell of, never within its transaction."""

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage

log = logging.getLogger(__name__)


def send(*, to: str, subject: str, text: str) -> bool:
    """Send one letter; return whether the mail server took it.

    A letter that did not go out is logged without its address and its text, which may hold a
    link that lets somebody in. The caller tells the person, who has another way.
    """
    try:
        EmailMessage(subject=" ".join(subject.split()), body=text, to=[to]).send()
    except (SMTPException, OSError) as error:
        log.warning("A letter was not sent: %s", type(error).__name__)
        return False
    return True
