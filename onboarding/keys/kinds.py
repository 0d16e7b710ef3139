"""The kinds of key pairs that can be made here, and how long keys last."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEAKER_BITS: Final = 2048
# In the order of the list: the weaker size is there for software that can no better.
RSA_BITS: Final = (3072, 4096, WEAKER_BITS)


class Kind(NamedTuple):
    """`name` is the engine's (`jose.generation.KINDS`): "PS256/3072", "ES384"."""

    name: str
    alg: str
    bits: int

    @property
    def label(self) -> str:
        """What people read: "PS256, RSA 3072", "ES384, P-384"."""
        label = f"{self.alg}, " + (f"P-{self.bits}" if self.alg[0] == "E" else f"RSA {self.bits}")
        return _("%(kind)s (svakere)") % {"kind": label} if self.is_weaker else label

    @property
    def is_weaker(self) -> bool:
        """Whether it gives less than 128 bits of security: it works, with a warning."""
        return self.bits == WEAKER_BITS


def _kinds() -> dict[str, Kind]:
    sizes = {"256": 256, "384": 384, "512": 521}
    found = [Kind(f"ES{size}", f"ES{size}", bits) for size, bits in sizes.items()]
    for family in ("PS", "RS"):
        for size in sizes:
            alg = f"{family}{size}"
            found += [Kind(f"{alg}/{bits}", alg, bits) for bits in RSA_BITS]
    return {kind.name: kind for kind in found}


KINDS: Final = _kinds()

# Days, and what people read.
LIFETIMES: Final[dict[int, str | Promise]] = {
    365: gettext_lazy("12 måneder"),
    182: gettext_lazy("6 måneder"),
    91: gettext_lazy("3 måneder"),
}
LONGEST_LIFETIME: Final = 366


def usual(alg: str) -> Kind:
    """Return the kind to suggest for an algorithm: for RSA 3072 bits, as strong as P-256."""
    return KINDS[alg] if alg in KINDS else KINDS[f"{alg}/3072"]
