"""The catalogue of deliberately wrong requests to an API: each is valid but for one thing.

Rows H01 to H20 are those of HelseID's test token service, H21 to H40 and those of part D go
beyond it. What is listed here can be minted, is sent by the API check, and is refused by our own
resource server with the answer that stands beside it.
"""

from __future__ import annotations

from typing import Final

from onboarding.testtokens.catalogue.fault import Due, Fault, Known, Weight, Where
from onboarding.testtokens.catalogue.on_proofs import PROOF, REQUEST
from onboarding.testtokens.catalogue.on_tokens import CLAIMS, HEADER, ROLL, SIGNATURE

__all__ = ["BY_ID", "FAULTS", "ROLL", "VERSION", "Due", "Fault", "Known", "Weight", "Where"]

# Of the battery: raised whenever a fault is added, taken away, or judged differently.
VERSION: Final = "2"
FAULTS: Final[tuple[Fault, ...]] = (*SIGNATURE, *HEADER, *CLAIMS, *PROOF, *REQUEST)
BY_ID: Final = {fault.id: fault for fault in (*FAULTS, *ROLL)}
