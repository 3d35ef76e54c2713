"""Sample calls that every elementwise gate gets by being one."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from hubel.graph.node import Gate
from tests.gates.case import Case, sample

Domain = tuple[float, float]

ANYWHERE: Domain = (-0.95, 0.95)
POSITIVE: Domain = (0.1, 2.0)
UNIT: Domain = (0.05, 0.95)

DOMAINS: dict[str, tuple[Domain, ...]] = {
    "arccosh": ((1.1, 3.0),),
    "beta": (POSITIVE, POSITIVE),
    "betainc": (POSITIVE, POSITIVE, UNIT),
    "betaln": (POSITIVE, POSITIVE),
    "binom": ((2.1, 2.9), (0.3, 0.9)),
    "cbrt": (POSITIVE,),
    "divide": (ANYWHERE, POSITIVE),
    "entr": (POSITIVE,),
    "erfcinv": ((0.2, 1.8),),
    "erfinv": ((-0.8, 0.8),),
    "exp1": (POSITIVE,),
    "expi": (POSITIVE,),
    "exponent": ((0.55, 0.95),),
    "float_power": (POSITIVE, ANYWHERE),
    "floor_divide": ((2.05, 2.3), (0.85, 0.98)),
    "fmod": ((2.05, 2.3), (0.85, 0.98)),
    "gamma": (POSITIVE,),
    "gammainc": (POSITIVE, POSITIVE),
    "gammaincc": (POSITIVE, POSITIVE),
    "gammaln": (POSITIVE,),
    "gammasgn": (POSITIVE,),
    "iv": (POSITIVE, POSITIVE),
    "ive": (POSITIVE, POSITIVE),
    "jv": (POSITIVE, POSITIVE),
    "kl_div": (POSITIVE, POSITIVE),
    "kn": (ANYWHERE, POSITIVE),
    "kv": (POSITIVE, POSITIVE),
    "kve": (POSITIVE, POSITIVE),
    "log": (POSITIVE,),
    "log10": (POSITIVE,),
    "log2": (POSITIVE,),
    "loggamma": (POSITIVE,),
    "logit": (UNIT,),
    "ndtri": (UNIT,),
    "poch": (POSITIVE, POSITIVE),
    "polygamma": (POSITIVE,),
    "power": (POSITIVE, ANYWHERE),
    "reciprocal": (POSITIVE,),
    "rel_entr": (POSITIVE, POSITIVE),
    "remainder": ((2.05, 2.3), (0.85, 0.98)),
    "rgamma": (POSITIVE,),
    "spacing": ((0.55, 0.95),),
    "sqrt": (POSITIVE,),
    "xlogy": (ANYWHERE, POSITIVE),
    "yn": (ANYWHERE, POSITIVE),
    "yv": (POSITIVE, POSITIVE),
}
"""Open intervals, one per argument, in which a gate is defined and smooth."""

WHOLE = {
    "bitwise_and",
    "bitwise_count",
    "bitwise_or",
    "bitwise_xor",
    "gcd",
    "invert",
    "lcm",
    "left_shift",
    "right_shift",
}
"""Gates of whole numbers only."""

EXPONENT = {("ldexp", 1), ("kn", 0), ("yn", 0)}
"""Arguments that are whole numbers among others that are not."""

CONDITION = {("where", 0)}
"""Arguments that are true or false."""

NOT_ANALYTIC = {
    "absolute",
    "conjugate",
    "expi",
    "imag",
    "jv",
    "nan_to_num",
    "phase",
    "real",
    "softplus",
    "yv",
}
"""Gates whose forward function takes complex numbers to something else, or roughly."""


def arity(gate: Gate) -> int | None:
    """Count a gate's arrays; None if it also needs parameters."""
    forward = gate.forward
    if isinstance(forward, np.ufunc):
        return forward.nin
    count = 0
    for name, parameter in inspect.signature(forward).parameters.items():
        if parameter.annotation == "Value" and parameter.default is parameter.empty:
            count += 1
        elif parameter.default is parameter.empty and name != "out":
            return None
    return count


def default_cases(gate: Gate) -> list[Case]:
    """Call an elementwise gate on arrays of many forms, and with Python numbers."""
    count = arity(gate)
    if gate.facts.kind != "elementwise" or not count:
        return []
    columns = [(3, 1), (4,), (2, 1, 1)]
    forms = {
        "": [(3, 4)] * count,
        "0-d": [()] * count,
        "empty": [(0, 3)] * count,
        "broadcast": columns[:count],
    }
    cases = [_case(gate, label, shapes) for label, shapes in forms.items()]
    for place in range(count):
        shapes: list[Any] = [(3,)] * count
        shapes[place] = None
        cases.append(_case(gate, f"Python number {place}", shapes))
    cases.append(_case(gate, "Python numbers", [None] * count))
    return [*cases, *_complex_cases(gate, count)]


def _complex_cases(gate: Gate, count: int) -> list[Case]:
    """Call a gate on complex arrays, if it takes them."""
    args = [_argument(gate.name, place, (3, 4)) for place in range(count)]
    args = [a + 0.7j * a[::-1] if a.dtype.kind == "f" else a for a in args]
    try:
        gate.forward(*args)
    except TypeError:
        return []
    return [Case(tuple(args), label="complex", analytic=False)]


def _case(gate: Gate, label: str, shapes: list[Any]) -> Case:
    args = tuple(_argument(gate.name, place, s) for place, s in enumerate(shapes))
    return Case(args, label=label, order=3, analytic=gate.name not in NOT_ANALYTIC)


def _argument(name: str, place: int, shape: tuple[int, ...] | None) -> Any:
    """Give an array of a shape, or a Python number for None."""
    low, high = domain(name, place)
    drawn = sample(*(shape or ()), low=low, high=high, seed=place)
    if name in WHOLE or (name, place) in EXPONENT:
        drawn = np.asarray(np.round(np.abs(drawn) * 5), np.int64)[()]
    elif (name, place) in CONDITION:
        drawn = np.asarray(drawn > 0)[()]
    return drawn.item() if shape is None else drawn


def domain(name: str, place: int) -> Domain:
    """Return where the argument at a place of a gate may lie."""
    domains = DOMAINS.get(name, (ANYWHERE,))
    return domains[place] if place < len(domains) else ANYWHERE
