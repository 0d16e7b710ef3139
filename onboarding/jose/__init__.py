"""The engine: keys, assertions, proofs and tokens, judged by pure functions.

Nothing here knows Django, a database or HTTP. Time, registered keys and replay answers
are passed in; what comes out is a list of checks (`checks.Check`), and every decision is
a view of such a list. So what decides and what explains cannot disagree.
"""
