"""Reads over cases, the desk and what is in production."""
