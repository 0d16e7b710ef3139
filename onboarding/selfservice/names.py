"""What the API is called: the audience of its tokens, and its one scope."""

from typing import Final

AUDIENCE: Final = "nhn:selvbetjening"
SCOPE: Final = "nhn:selvbetjening/client"
