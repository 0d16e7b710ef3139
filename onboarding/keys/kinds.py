"""The kinds of key pairs that can be made here, and how long keys last."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(NamedTuple):
    """`name` is the engine's (`jose.generation.KINDS`): "PS256/3072", "ES384"."""

    name: str
    alg: str
    bits: int

    @property
    def label(self) -> str:
        """What people read: "PS256, RSA 3072", "ES384, P-384"."""
        return f"{self.alg}, " + (f"P-{self.bits}" if self.alg[0] == "E" else f"RSA {self.bits}")


def _kinds() -> dict[str, Kind]:
    sizes = {"256": 256, "384": 384, "512": 521}
    found = [Kind(f"ES{size}", f"ES{size}", bits) for size, bits in sizes.items()]
    # RSA 2048 can be uploaded, but nobody needs a new one.
    for family in ("PS", "RS"):
        for size in sizes:
            alg = f"{family}{size}"
            found += [Kind(f"{alg}/{bits}", alg, bits) for bits in (3072, 4096)]
    return {kind.name: kind for kind in found}


KINDS: Final = _kinds()

# Days, and what people read.
LIFETIMES: Final[dict[int, str | Promise]] = {
    365: _("12 måneder"),
    182: _("6 måneder"),
    91: _("3 måneder"),
}
LONGEST_LIFETIME: Final = 366


def usual(alg: str) -> Kind:
    """Return the kind to suggest for an algorithm: for RSA 3072 bits, as strong as P-256."""
    return KINDS[alg] if alg in KINDS else KINDS[f"{alg}/3072"]
