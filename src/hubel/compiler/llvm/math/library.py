"""Which functions there are, and their text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from inspect import signature

from hubel.compiler.llvm.math.builder import F32, F64, Body, Value
from hubel.compiler.llvm.math.error_function import erf, erfc
from hubel.compiler.llvm.math.exponential import exp, exp2, expm1, sigmoid
from hubel.compiler.llvm.math.fused import fma
from hubel.compiler.llvm.math.hyperbolic import (
    arccosh,
    arcsinh,
    arctanh,
    cosh,
    sinh,
    tanh,
)
from hubel.compiler.llvm.math.inverse_trigonometric import (
    arccos,
    arcsin,
    arctan,
    arctan2,
)
from hubel.compiler.llvm.math.logarithm import log, log1p, log2, log10
from hubel.compiler.llvm.math.power import power
from hubel.compiler.llvm.math.roots import cbrt, hypot
from hubel.compiler.llvm.math.trigonometric import cos, sin, tan


def sqrt(b: Body, x: Value) -> Value:
    """Return the square root, which the machine has."""
    return b.sqrt(x)


_FORMULAS: tuple[Callable[..., Value], ...] = (
    exp,
    exp2,
    expm1,
    sigmoid,
    tanh,
    sinh,
    cosh,
    arcsinh,
    arccosh,
    arctanh,
    sin,
    cos,
    tan,
    arcsin,
    arccos,
    arctan,
    arctan2,
    log2,
    log10,
    power,
    cbrt,
    hypot,
    erf,
    erfc,
    log,
    log1p,
    sqrt,
)
_BY_NAME = {
    f"{formula.__name__}.{real.name}": (formula, real)
    for formula in (*_FORMULAS, fma)
    for real in (F32, F64)
}
_FUSED = {f"@llvm.fma.{real.name}": f"fma.{real.name}" for real in (F32, F64)}

FUNCTIONS = frozenset(_BY_NAME) - {*_FUSED.values()}
"""The names that `source` and `needs` take: ``exp.f32``, ``arctan2.f64`` ..."""


@cache
def _written(name: str) -> tuple[str, Body]:
    """Return a function's text, and the body with the declarations that it needs."""
    formula, real = _BY_NAME[name]
    body = Body(real)
    letters = [f"%{each}" for each in list(signature(formula).parameters)[1:]]
    result = formula(body, *(Value(body, real.llvm, each) for each in letters))
    text = body.define(formula.__name__, letters, result)
    return text, body


def source(names: Iterable[str], *, fused: bool = True) -> str:
    """Return the definitions of functions, without the declarations that they need.

    Parameters
    ----------
    names : iterable of str
        Some of `FUNCTIONS`. ``exp.f32`` is defined as ``@hubel.exp.f32``, which takes
        and returns a ``float``.
    fused : bool, optional
        Whether the machine multiplies and adds in one instruction. Without it they do
        what matters of that by other means.

    Returns
    -------
    str
        LLVM text: internal functions that are always inlined, in a fixed order.

    Examples
    --------
    >>> print(source({"sqrt.f32"}))
    define internal float @hubel.sqrt.f32(float %x) alwaysinline nounwind {
      %v0 = call float @llvm.sqrt.f32(float %x)
      ret float %v0
    }
    """
    chosen = sorted(set(names))
    written = [_written(name) for name in chosen]
    if not fused:
        text = "".join(text for text, _ in written)
        missing = [own for intrinsic, own in _FUSED.items() if intrinsic in text]
        written += [_written(own) for own in missing]
    tables = {name: text for _, body in written for name, text in body.tables.items()}
    found = "\n".join([*tables.values(), *(text for text, _ in written)])
    return found if fused else found.replace("@llvm.fma.", "@hubel.fma.")


def needs(names: Iterable[str], *, fused: bool = True) -> set[str]:
    """Return the declarations of intrinsics that `source` of these names needs.

    Examples
    --------
    >>> needs({"sqrt.f64"})
    {'declare double @llvm.sqrt.f64(double)'}
    """
    chosen = [*names, *(() if fused else _FUSED.values())]
    found = {line for name in chosen for line in _written(name)[1].needs}
    return {line for line in found if fused or "@llvm.fma." not in line}
