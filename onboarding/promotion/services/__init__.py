"""What is done to cases, on both sides of the desk, and what is put into production.

Every verb locks the case, checks the rules, writes and records, in one transaction. All take who
is acting (`by`) and the time (`at`), and raise `Refused` with a reason fit to show.
"""
