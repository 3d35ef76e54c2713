"""Division with a remainder, as NumPy's loops define it, without a branch.

Floats follow ``npy_divmod`` (numpy/_core/src/npymath/npy_math_internal.h.src): the
remainder has the sign of the divisor, and the quotient is rounded to the integer that
fits it. Integers divided by zero give zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubel.compiler.llvm.scalar import BITS, TYPES, Code, constant, kind


class _Lines:
    """Appends lines on values of one dtype."""

    def __init__(self, code: Code, dtype: str) -> None:
        self.code, self.dtype, self.type = code, dtype, TYPES[dtype]
        self.zero = constant(0, dtype)

    def do(self, verb: str, a: str, b: str) -> str:
        return self.code.value(f"{verb} {self.type} {a}, {b}")

    def call(self, name: str, *args: str) -> str:
        return self.code.intrinsic(name, self.dtype, *args)

    def select(self, condition: str, yes: str, no: str) -> str:
        given = f"{self.type} {yes}, {self.type} {no}"
        return self.code.value(f"select i1 {condition}, {given}")

    def both(self, verb: str, p: str, q: str) -> str:
        return self.code.value(f"{verb} i1 {p}, {q}")


def _remainder(b: _Lines, x: str, y: str) -> tuple[str, str, str]:
    """Return C's remainder, whether it lacks the sign of y, and the one that has it."""
    rest = b.do("frem", x, y)
    negative = (b.do("fcmp ogt", b.zero, y), b.do("fcmp ogt", b.zero, rest))
    some = b.do("fcmp une", rest, b.zero)
    wrong = b.both("and", some, b.both("xor", *negative))
    moved = b.select(wrong, b.do("fadd", rest, y), rest)
    return rest, wrong, b.select(some, moved, b.call("copysign", b.zero, y))


def remainder_floats(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return the remainder that has the sign of the divisor."""
    b = _Lines(code, dtype)
    x, y = args
    rest, _, found = _remainder(b, x, y)
    return b.select(b.do("fcmp oeq", y, b.zero), rest, found)


def floor_divide_floats(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return the quotient rounded down; infinite or NaN where the divisor is zero."""
    b = _Lines(code, dtype)
    x, y = args
    rest, wrong, _ = _remainder(b, x, y)
    quotient = b.do("fdiv", b.do("fsub", x, rest), y)
    less = b.do("fsub", quotient, constant(1, dtype))
    quotient = b.select(wrong, less, quotient)
    low = b.call("floor", quotient)
    over = b.do("fcmp ogt", b.do("fsub", quotient, low), constant(0.5, dtype))
    low = b.select(over, b.do("fadd", low, constant(1, dtype)), low)
    plain = b.do("fdiv", x, y)
    nothing = b.do("fcmp oeq", quotient, b.zero)
    low = b.select(nothing, b.call("copysign", b.zero, plain), low)
    return b.select(b.do("fcmp oeq", y, b.zero), plain, low)


def _safe(b: _Lines, x: str, y: str) -> tuple[str, str]:
    """Say whether y is zero, and return a divisor for which the machine divides."""
    empty = b.do("icmp eq", y, "0")
    bad = empty
    if kind(b.dtype) == "int":
        least = b.do("icmp eq", x, str(-(2 ** (BITS[b.dtype] - 1))))
        bad = b.both("or", bad, b.both("and", least, b.do("icmp eq", y, "-1")))
    return empty, b.select(bad, "1", y)


def _parts(b: _Lines, x: str, y: str) -> tuple[str, str, str, str]:
    """Return whether y is zero, the divisor, C's quotient and remainder."""
    letter = "s" if kind(b.dtype) == "int" else "u"
    empty, by = _safe(b, x, y)
    return empty, by, b.do(f"{letter}div", x, by), b.do(f"{letter}rem", x, by)


def _wrong(b: _Lines, rest: str, by: str) -> str:
    """Say whether a remainder has the wrong sign."""
    apart = b.do("icmp slt", b.do("xor", rest, by), "0")
    return b.both("and", b.do("icmp ne", rest, "0"), apart)


def floor_divide_integers(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return the quotient rounded down, of zero zero."""
    b = _Lines(code, dtype)
    empty, by, quotient, rest = _parts(b, *args)
    if kind(dtype) == "int":
        less = b.do("sub", quotient, "1")
        quotient = b.select(_wrong(b, rest, by), less, quotient)
    return b.select(empty, "0", quotient)


def remainder_integers(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return the remainder that has the sign of the divisor, by zero zero."""
    b = _Lines(code, dtype)
    empty, by, _, rest = _parts(b, *args)
    if kind(dtype) == "int":
        rest = b.select(_wrong(b, rest, by), b.do("add", rest, by), rest)
    return b.select(empty, "0", rest)


def fmod_integers(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return the remainder that has the sign of the dividend, by zero zero."""
    b = _Lines(code, dtype)
    empty, _, _, rest = _parts(b, *args)
    return b.select(empty, "0", rest)
