"""Casts between dtypes, as NumPy's ``astype`` does them on the same machine.

A float that no integer of the target stands for gives whatever the machine's own
conversion gives, and so it does in NumPy. LLVM calls such a value poison; ``freeze``
makes it a number.
"""

from __future__ import annotations

from hubel.compiler.llvm.scalar import BITS, TYPES, Code, constant, kind


def cast(code: Code, value: str, source: str, target: str) -> str:
    """Convert a value of one dtype to another."""
    if source == target:
        return value
    if target == "bool":
        return _to_bool(code, value, source)
    if kind(source) == "float":
        if kind(target) == "float":
            verb = "fpext" if BITS[source] < BITS[target] else "fptrunc"
            return _convert(code, verb, value, TYPES[source], TYPES[target])
        return _to_integer(code, value, source, target)
    signed = kind(source) == "int"
    if kind(target) == "float":
        verb = "sitofp" if signed else "uitofp"
        return _convert(code, verb, value, TYPES[source], TYPES[target])
    return _between(code, value, source, target)


def _convert(code: Code, verb: str, value: str, source: str, target: str) -> str:
    return code.value(f"{verb} {source} {value} to {target}")


def _to_bool(code: Code, value: str, source: str) -> str:
    """Say whether a number differs from zero; NaN does."""
    verb = "fcmp une" if kind(source) == "float" else "icmp ne"
    return code.value(f"{verb} {TYPES[source]} {value}, {constant(0, source)}")


def _between(code: Code, value: str, source: str, target: str) -> str:
    """Convert between integers: keep the low bits."""
    if BITS[source] == BITS[target]:
        return value
    widen = "sext" if kind(source) == "int" else "zext"
    verb = "trunc" if BITS[source] > BITS[target] else widen
    return _convert(code, verb, value, TYPES[source], TYPES[target])


def _to_integer(code: Code, value: str, source: str, target: str) -> str:
    """Cut off the fraction, through a type in which small results wrap around."""
    if target == "uint64":
        return _to_uint64(code, value, source)
    through = "int64" if target in ("int64", "uint32") else "int32"
    return _between(code, _frozen(code, value, source, through), through, target)


def _frozen(code: Code, value: str, source: str, target: str) -> str:
    found = _convert(code, "fptosi", value, TYPES[source], TYPES[target])
    return code.value(f"freeze {TYPES[target]} {found}")


def _to_uint64(code: Code, value: str, source: str) -> str:
    """Convert the upper half of the range less 2**63, as C compilers do."""
    type_, half = TYPES[source], constant(2.0**63, source)
    lower = code.value(f"fcmp ult {type_} {value}, {half}")
    less = code.value(f"fsub {type_} {value}, {half}")
    small = _frozen(code, value, source, "int64")
    large = _frozen(code, less, source, "int64")
    large = code.value(f"xor i64 {large}, {-(2**63)}")
    return code.value(f"select i1 {lower}, i64 {small}, i64 {large}")
