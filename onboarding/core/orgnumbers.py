"""Norwegian organisation numbers: nine digits, the last one checked by modulus 11."""

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def normalized(text: str) -> str:
    """Return the number without the spaces that people type in it."""
    return "".join(text.split())


def check_digit(first_eight: str) -> int | None:
    """Return the ninth digit that belongs to eight; None where the register uses no such number."""
    rest = (
        sum(int(digit) * weight for digit, weight in zip(first_eight, _WEIGHTS, strict=True)) % 11
    )
    if rest == 1:
        return None
    return (11 - rest) % 11


def is_valid(number: str) -> bool:
    """Say whether `number` is nine ASCII digits whose last one fits."""
    if len(number) != 9 or not (number.isascii() and number.isdigit()):
        return False
    return check_digit(number[:8]) == int(number[8])
