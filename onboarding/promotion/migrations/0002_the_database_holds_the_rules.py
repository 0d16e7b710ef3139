from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql

# As onboarding/promotion/states.py had it when this was written; a test compares.
MOVES = (
    ("approved", "live"),
    ("changes_requested", "resubmitted"),
    ("changes_requested", "withdrawn"),
    ("draft", "submitted"),
    ("draft", "withdrawn"),
    ("in_review", "approved"),
    ("in_review", "changes_requested"),
    ("in_review", "declined"),
    ("in_review", "submitted"),
    ("in_review", "with_warnings"),
    ("in_review", "withdrawn"),
    ("resubmitted", "approved"),
    ("resubmitted", "changes_requested"),
    ("resubmitted", "declined"),
    ("resubmitted", "submitted"),
    ("resubmitted", "with_warnings"),
    ("resubmitted", "withdrawn"),
    ("submitted", "approved"),
    ("submitted", "in_review"),
    ("submitted", "withdrawn"),
    ("with_warnings", "live"),
)
_MOVES = ", ".join(f"'{source}>{target}'" for source, target in MOVES)
_NOT_WITH_SUPPLIER = (
    "(SELECT c.status FROM promotion_case c WHERE c.id = ROW.case_id) "
    "NOT IN ('draft', 'changes_requested')"
)
_NOT_WITH_REVIEWER = (
    "(SELECT c.status FROM promotion_case c WHERE c.id = NEW.case_id) "
    "NOT IN ('in_review', 'resubmitted')"
)
_TOO_FEW = (
    "NEW.status IN ('approved', 'with_warnings') "
    "AND OLD.status NOT IN ('approved', 'with_warnings') AND ("
    "(SELECT count(DISTINCT d.reviewer_id) FROM promotion_decision d WHERE d.case_id = NEW.id "
    "AND d.round = NEW.round AND d.outcome = 'approved' AND d.digest = NEW.digest) "
    "< NEW.reviewers_needed OR (NEW.reviewers_needed < 2 AND EXISTS "
    "(SELECT 1 FROM promotion_condition n WHERE n.case_id = NEW.id AND n.kind = 'deviation')))"
)
# A new reviewer who has a role in the organisation that the case is of.
_OF_THE_HOUSE = (
    "(NEW.WHO IS NOT NULL AND (OLD.WHO IS NULL OR OLD.WHO <> NEW.WHO) AND EXISTS "
    "(SELECT 1 FROM suppliers_membership m WHERE m.user_id = NEW.WHO "
    "AND m.organization_id = NEW.organization_id))"
)
_EITHER_OF_THE_HOUSE = " OR ".join(
    _OF_THE_HOUSE.replace("WHO", column) for column in ("reviewer_id", "second_reviewer_id")
)

RULES = (
    ("promotion_case", "case_begins_as_a_draft", ("INSERT",), "NEW.status <> 'draft'"),
    (
        "promotion_case",
        "case_moves_as_the_table_says",
        ("UPDATE",),
        f"NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN ({_MOVES})",
    ),
    ("promotion_case", "case_is_approved_by_enough_people", ("UPDATE",), _TOO_FEW),
    (
        "promotion_case",
        "case_is_not_reviewed_by_its_own",
        ("UPDATE",),
        _EITHER_OF_THE_HOUSE,
    ),
    (
        "promotion_case",
        "case_content_is_fixed_once_sent_in",
        ("UPDATE",),
        "NEW.content <> OLD.content AND OLD.status NOT IN ('draft', 'changes_requested')",
    ),
    (
        "promotion_case",
        "case_is_live_by_a_release_only",
        ("UPDATE",),
        "NEW.status = 'live' AND OLD.status <> 'live' AND NOT EXISTS "
        "(SELECT 1 FROM promotion_release r WHERE r.case_id = NEW.id)",
    ),
    (
        "promotion_decision",
        "decision_is_made_by_who_has_the_case",
        ("INSERT",),
        "NEW.reviewer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM promotion_case c WHERE "
        "c.id = NEW.case_id AND NEW.reviewer_id IN (c.reviewer_id, c.second_reviewer_id))",
    ),
    (
        "promotion_decision",
        "decision_is_not_made_by_the_case_s_own",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM promotion_case c JOIN suppliers_membership m "
        "ON m.organization_id = c.organization_id "
        "WHERE c.id = NEW.case_id AND m.user_id = NEW.reviewer_id) OR NEW.submitted_by_id <> "
        "(SELECT c.submitted_by_id FROM promotion_case c WHERE c.id = NEW.case_id)",
    ),
    (
        "promotion_release",
        "release_is_of_what_was_approved",
        ("INSERT",),
        "NEW.back_to_id IS NULL AND NOT EXISTS (SELECT 1 FROM promotion_case c WHERE "
        "c.id = NEW.case_id AND c.status IN ('approved', 'with_warnings') "
        "AND c.content = NEW.content)",
    ),
    *(
        (f"promotion_{table}", f"{table}_is_never_changed", ("UPDATE", "DELETE"), "1 = 1")
        for table in ("decision", "decisionreason", "comment", "release")
    ),
    *(
        (
            f"promotion_{table}",
            f"{table}_is_given_by_the_supplier_in_turn",
            ("INSERT", "UPDATE"),
            _NOT_WITH_SUPPLIER.replace("ROW", "NEW"),
        )
        for table in ("answer", "caseuri")
    ),
    *(
        (
            f"promotion_{table}",
            f"{table}_stays_once_sent_in",
            ("DELETE",),
            _NOT_WITH_SUPPLIER.replace("ROW", "OLD"),
        )
        for table in ("answer", "caseuri")
    ),
    *(
        (
            f"promotion_{table}",
            f"{table}_is_made_in_review",
            ("INSERT", "UPDATE"),
            _NOT_WITH_REVIEWER,
        )
        for table in ("judgement", "condition")
    ),
)


class Migration(migrations.Migration):
    dependencies = [
        ("promotion", "0001_initial"),
        ("suppliers", "0001_initial"),
    ]

    operations = [vendor_sql(*refuse(*rule)) for rule in RULES]
