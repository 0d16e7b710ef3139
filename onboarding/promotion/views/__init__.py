"""Pages of the supplier (cases, acts) and of the reviewers (desk, review)."""
