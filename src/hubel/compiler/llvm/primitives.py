"""The primitives of kernels, one printer for each kind of dtype, as NumPy has them.

A printer appends the lines of a primitive to a `Code` and returns the result. It is
given the dtype of the arguments (of the last one for ``where``), not of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubel.compiler.llvm import division, math
from hubel.compiler.llvm.scalar import BITS, TYPES, Code, constant, suffix
from hubel.compiler.llvm.scalar import kind as kind_of
from hubel.errors import NativeError

Printer = Callable[[Code, Sequence[str], str], str]

LIBRARY = frozenset(
    "exp exp2 expm1 log log2 log10 log1p tanh sinh cosh sin cos tan arctan arctan2 "
    "arcsin arccos arcsinh arccosh arctanh erf erfc sigmoid power cbrt hypot".split()
)
"""Primitives that `hubel.compiler.llvm.math` has, for floats."""


def has_printer(op: str, dtype: str) -> bool:
    """Say whether a primitive can be printed for arguments of a dtype."""
    if dtype not in TYPES:
        return False
    if op in LIBRARY:
        name = f"{op}.{suffix(dtype)}"
        return kind_of(dtype) == "float" and name in math.FUNCTIONS
    return op in TABLES[kind_of(dtype)]


def emit_primitive(code: Code, op: str, args: Sequence[str], dtype: str) -> str:
    """Append a primitive on arguments of a dtype.

    Raises
    ------
    NativeError
        If there is none for this dtype.
    """
    if not has_printer(op, dtype):
        raise NativeError(f"no native form of {op!r} for {dtype}")
    if op in LIBRARY:
        return code.function(op, dtype, *args)
    return TABLES[kind_of(dtype)][op](code, args, dtype)


def _plain(instruction: str) -> Printer:
    """Make the printer of an instruction on two values."""

    def emit(code: Code, args: Sequence[str], dtype: str) -> str:
        return code.value(f"{instruction} {TYPES[dtype]} {args[0]}, {args[1]}")

    return emit


def _contracted(instruction: str) -> Printer:
    """Make the printer of float arithmetic that may be rounded with what it feeds."""

    def emit(code: Code, args: Sequence[str], dtype: str) -> str:
        given = f"{TYPES[dtype]} {', '.join(args)}"
        return code.value(f"{instruction} {code.contract}{given}")

    return emit


def _intrinsic(name: str) -> Printer:
    def emit(code: Code, args: Sequence[str], dtype: str) -> str:
        return code.intrinsic(name, dtype, *args)

    return emit


def _same(code: Code, args: Sequence[str], dtype: str) -> str:
    del code, dtype
    return args[0]


def _always(answer: str) -> Printer:
    """Make the printer of a question with one answer."""

    def emit(code: Code, args: Sequence[str], dtype: str) -> str:
        del code, args, dtype
        return answer

    return emit


def _where(code: Code, args: Sequence[str], dtype: str) -> str:
    condition, yes, no = args
    type_ = TYPES[dtype]
    return code.value(f"select i1 {condition}, {type_} {yes}, {type_} {no}")


def _choose(code: Code, condition: str, yes: str, no: str, dtype: str) -> str:
    return _where(code, (condition, yes, no), dtype)


# Floats


def _float_sign(code: Code, args: Sequence[str], dtype: str) -> str:
    """Return -1, 0 or 1, of NaN NaN."""
    (x,) = args
    type_, zero = TYPES[dtype], constant(0, dtype)
    found = x
    for test, answer in (("ole", -1), ("oeq", 0), ("ogt", 1)):
        holds = code.value(f"fcmp {test} {type_} {x}, {zero}")
        found = _choose(code, holds, constant(answer, dtype), found, dtype)
    return found


def _magnitude_is(test: str) -> Printer:
    """Make the printer of a comparison of the absolute value with infinity."""

    def emit(code: Code, args: Sequence[str], dtype: str) -> str:
        size = code.intrinsic("fabs", dtype, args[0])
        most = constant(float("inf"), dtype)
        return code.value(f"fcmp {test} {TYPES[dtype]} {size}, {most}")

    return emit


def _isnan(code: Code, args: Sequence[str], dtype: str) -> str:
    return code.value(f"fcmp uno {TYPES[dtype]} {args[0]}, {constant(0, dtype)}")


def _float_signbit(code: Code, args: Sequence[str], dtype: str) -> str:
    integer = f"i{BITS[dtype]}"
    bits = code.value(f"bitcast {TYPES[dtype]} {args[0]} to {integer}")
    return code.value(f"icmp slt {integer} {bits}, 0")


# Integers


def _int_negative(code: Code, args: Sequence[str], dtype: str) -> str:
    return code.value(f"sub {TYPES[dtype]} 0, {args[0]}")


def _int_absolute(code: Code, args: Sequence[str], dtype: str) -> str:
    return code.intrinsic("abs", dtype, args[0], extra="false")


def _invert(code: Code, args: Sequence[str], dtype: str) -> str:
    ones = "true" if dtype == "bool" else "-1"
    return code.value(f"xor {TYPES[dtype]} {args[0]}, {ones}")


def _int_sign(code: Code, args: Sequence[str], dtype: str) -> str:
    type_ = TYPES[dtype]
    above = code.value(f"icmp ne {type_} {args[0]}, 0")
    found = code.value(f"zext i1 {above} to {type_}")
    if kind_of(dtype) == "uint":
        return found
    below = code.value(f"icmp slt {type_} {args[0]}, 0")
    return _choose(code, below, "-1", found, dtype)


def _signbit(code: Code, args: Sequence[str], dtype: str) -> str:
    return code.value(f"icmp slt {TYPES[dtype]} {args[0]}, 0")


def _left_shift(code: Code, args: Sequence[str], dtype: str) -> str:
    x, (within, by) = args[0], _shift(code, args[1], dtype, "0")
    moved = code.value(f"shl {TYPES[dtype]} {x}, {by}")
    return _choose(code, within, moved, "0", dtype)


def _right_shift(code: Code, args: Sequence[str], dtype: str) -> str:
    type_, last = TYPES[dtype], str(BITS[dtype] - 1)
    within, by = _shift(code, args[1], dtype, last)
    if kind_of(dtype) == "int":
        return code.value(f"ashr {type_} {args[0]}, {by}")
    moved = code.value(f"lshr {type_} {args[0]}, {by}")
    return _choose(code, within, moved, "0", dtype)


def _shift(code: Code, by: str, dtype: str, other: str) -> tuple[str, str]:
    """Say whether a shift leaves any bits, and return it, or another if it does not."""
    within = code.value(f"icmp ult {TYPES[dtype]} {by}, {BITS[dtype]}")
    return within, _choose(code, within, by, other, dtype)


_COMPARISONS = {
    "equal": "eq",
    "not_equal": "ne",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
}


def _integer_comparisons(letter: str) -> dict[str, Printer]:
    signless = ("eq", "ne")
    return {
        name: _plain(f"icmp {word if word in signless else letter + word}")
        for name, word in _COMPARISONS.items()
    }


_BITWISE: dict[str, Printer] = {
    "bitwise_and": _plain("and"),
    "bitwise_or": _plain("or"),
    "bitwise_xor": _plain("xor"),
    "bitwise_invert": _invert,
}


def _integers(letter: str) -> dict[str, Printer]:
    """Return the printers of signed (``s``) or unsigned (``u``) integers."""
    return {
        "add": _plain("add"),
        "subtract": _plain("sub"),
        "multiply": _plain("mul"),
        "negative": _int_negative,
        "absolute": _int_absolute if letter == "s" else _same,
        "maximum": _intrinsic(f"{letter}max"),
        "minimum": _intrinsic(f"{letter}min"),
        "fmax": _intrinsic(f"{letter}max"),
        "fmin": _intrinsic(f"{letter}min"),
        "sign": _int_sign,
        "floor_divide": division.floor_divide_integers,
        "remainder": division.remainder_integers,
        "fmod": division.fmod_integers,
        "left_shift": _left_shift,
        "right_shift": _right_shift,
        "signbit": _signbit if letter == "s" else _always("false"),
        "where": _where,
        **dict.fromkeys(("floor", "ceil", "trunc"), _same),
        **dict.fromkeys(("isnan", "isinf"), _always("false")),
        "isfinite": _always("true"),
        **_integer_comparisons(letter),
        **_BITWISE,
    }


_FLOATS: dict[str, Printer] = {
    "add": _contracted("fadd"),
    "subtract": _contracted("fsub"),
    "multiply": _contracted("fmul"),
    "divide": _contracted("fdiv"),
    "negative": _contracted("fneg"),
    "absolute": _intrinsic("fabs"),
    "maximum": _intrinsic("maximum"),
    "minimum": _intrinsic("minimum"),
    "fmax": _intrinsic("maxnum"),
    "fmin": _intrinsic("minnum"),
    **{each: _intrinsic(each) for each in ("sqrt", "floor", "ceil", "trunc", "rint")},
    "copysign": _intrinsic("copysign"),
    "sign": _float_sign,
    "floor_divide": division.floor_divide_floats,
    "remainder": division.remainder_floats,
    "fmod": _plain("frem"),
    "isnan": _isnan,
    "isinf": _magnitude_is("oeq"),
    "isfinite": _magnitude_is("one"),
    "signbit": _float_signbit,
    "where": _where,
    **{
        name: _plain(f"fcmp {'u' if word == 'ne' else 'o'}{word}")
        for name, word in _COMPARISONS.items()
    },
}

_BOOLS: dict[str, Printer] = {
    "add": _plain("or"),
    "multiply": _plain("and"),
    "maximum": _plain("or"),
    "minimum": _plain("and"),
    "fmax": _plain("or"),
    "fmin": _plain("and"),
    "absolute": _same,
    "logical_and": _plain("and"),
    "logical_or": _plain("or"),
    "logical_xor": _plain("xor"),
    "logical_not": _invert,
    "where": _where,
    **_integer_comparisons("u"),
    **_BITWISE,
}

TABLES: dict[str, dict[str, Printer]] = {
    "float": _FLOATS,
    "int": _integers("s"),
    "uint": _integers("u"),
    "bool": _BOOLS,
}
"""The printers of each kind of dtype, less those of the library."""
