"""Token tests: asked for by a person or by the making of a key, carried out by a worker."""

from onboarding.smoketests.services.asking import start
from onboarding.smoketests.services.running import client_assertion, execute, give_up, witness

__all__ = ["client_assertion", "execute", "give_up", "start", "witness"]
