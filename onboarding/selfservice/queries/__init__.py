"""Reads: what a client system offers, what a draft asks for, how a client is set up."""
