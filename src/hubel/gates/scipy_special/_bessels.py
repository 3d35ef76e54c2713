"""Bessel functions, in their argument (DLMF 10.6.1 and 10.29.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubel.gates._sign import sign
from hubel.gates.define import Unknown, elementwise
from hubel.gates.numpy_lib._bessel import bessel_i
from hubel.gates.scipy_special._scipy import also, real_only, special
from hubel.graph.registry import Value


def _bessel(name: str, slope: Callable[[Value, Value], Value]) -> Any:
    """Define a Bessel function whose slope follows from the orders next to it."""
    function = getattr(special, name)

    def partial(out: Value, v: Value, x: Value) -> Value:
        return 0.5 * slope(gate(v - 1, x), gate(v + 1, x))

    gate = elementwise(
        name, function, Unknown(f"{name}(v, x) by its order v"), partial, weight=80
    )
    return gate


jv = _bessel("jv", lambda below, above: below - above)
yv = _bessel("yv", lambda below, above: below - above)
yn = _bessel("yn", lambda below, above: below - above)
iv = _bessel("iv", lambda below, above: below + above)
kv = _bessel("kv", lambda below, above: -(below + above))
kn = _bessel("kn", lambda below, above: -(below + above))
ive = elementwise(
    "ive",
    real_only(special.ive),
    Unknown("ive(v, x) by its order v"),
    lambda out, v, x: 0.5 * (ive(v - 1, x) + ive(v + 1, x)) - sign(x) * out,
    numpy=special.ive,
    weight=80,
)
kve = elementwise(
    "kve",
    real_only(special.kve),
    Unknown("kve(v, x) by its order v"),
    lambda out, v, x: out - 0.5 * (kve(v - 1, x) + kve(v + 1, x)),
    numpy=special.kve,
    weight=80,
)


def _of_order(gate: Any, order: float) -> Callable[[Value], Value]:
    return lambda x: gate(order, x)


def _bessel_i1(x: Value) -> Value:
    return bessel_i(x, order=1)


also("i0")(bessel_i)
also("i1")(_bessel_i1)
for _letter, _gate in {"j": jv, "y": yv, "k": kv}.items():
    for _order in (0, 1):
        also(f"{_letter}{_order}")(_of_order(_gate, float(_order)))
for _letter, _gate in {"i": ive, "k": kve}.items():
    for _order in (0, 1):
        also(f"{_letter}{_order}e")(_of_order(_gate, float(_order)))
