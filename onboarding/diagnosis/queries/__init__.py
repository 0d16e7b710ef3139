"""Judging what was pasted, as the authorization server would, without using anything up."""
