"""Who gets to the pages of the operators."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from onboarding.core.refusals import NotPermitted
from onboarding.suppliers.requests import PortalRequest


def check_operator(request: PortalRequest) -> None:
    """Return for operators. The pages do not exist for others; reviewers know that they do."""
    if request.actor.is_operator:
        return
    if request.actor.sees_all:
        raise NotPermitted(_("Bare en forvalter på plattformen kan bruke denne siden."))
    raise Http404
