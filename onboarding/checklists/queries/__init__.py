"""The checklist towards the apps above: what applies, how it stands, what a decision keeps.

```python
version = current_version()
subject = subject_of(revision)            # services.take_up(...) makes it
results = evaluate(subject, version, answers={"P03": "always"}, judgements={}, at=now)
stored = snapshot(results, version)
```
"""

from onboarding.checklists.queries.evaluation import (
    ItemResult,
    Judgement,
    applicable,
    evaluate,
    snapshot,
    undecided,
)
from onboarding.checklists.queries.subjects import setup_hash, subject_of
from onboarding.checklists.queries.versions import current_version, items

__all__ = [
    "ItemResult",
    "Judgement",
    "applicable",
    "current_version",
    "evaluate",
    "items",
    "setup_hash",
    "snapshot",
    "subject_of",
    "undecided",
]
