"""The verbs of keys, by noun: registered keys, keys made by the portal, the end of the wizard."""

from onboarding.keys.services.making import (
    deliver,
    expire,
    give_up,
    make,
    make_again,
    request_making,
    sweep,
)
from onboarding.keys.services.moduli import compare_all
from onboarding.keys.services.packages import begin_from_package
from onboarding.keys.services.possession import NotProved, challenge, prove
from onboarding.keys.services.registration import (
    KeyRefused,
    bar,
    judge_new,
    mark_used,
    register,
    revoke,
)
from onboarding.keys.services.reminding import remind
from onboarding.keys.services.setup import finish_setup, plan_making

__all__ = [
    "KeyRefused",
    "NotProved",
    "bar",
    "begin_from_package",
    "challenge",
    "compare_all",
    "deliver",
    "expire",
    "finish_setup",
    "give_up",
    "judge_new",
    "make",
    "make_again",
    "mark_used",
    "plan_making",
    "prove",
    "register",
    "remind",
    "request_making",
    "revoke",
    "sweep",
]
