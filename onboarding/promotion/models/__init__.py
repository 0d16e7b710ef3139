"""Cases, what is said in them, what is decided, and what went into production by them."""

from onboarding.promotion.models.cases import Case, CaseUri
from onboarding.promotion.models.decisions import Condition, Decision, DecisionReason, Judgement
from onboarding.promotion.models.releases import Release
from onboarding.promotion.models.talk import Answer, Comment

__all__ = [
    "Answer",
    "Case",
    "CaseUri",
    "Comment",
    "Condition",
    "Decision",
    "DecisionReason",
    "Judgement",
    "Release",
]
