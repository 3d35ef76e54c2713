"""What hubel's loop is to reach on each workload, as ratios to the peers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """At most so many times the best peer's time per step.

    ``stage`` is "compiled loop", with the matrix products of a BLAS, or "own products".
    ``torch`` limits the peers to PyTorch; ``rounded`` is of products of bfloat16.
    """

    stage: str
    at_most: float
    torch: bool = False
    rounded: bool = False


_LOOP, _OWN = "compiled loop", "own products"
_WIDE = (Target(_LOOP, 1.15), Target(_LOOP, 0.85, torch=True))

TARGETS: dict[str, tuple[Target, ...]] = {
    "W1-32": (*_WIDE, Target(_OWN, 0.72)),
    "W1-200": (*_WIDE, Target(_OWN, 0.93), Target(_OWN, 0.68, True, True)),
    "W1-1024": (*_WIDE, Target(_OWN, 1.0)),
    "W2-128": (
        Target(_LOOP, 1.05),
        Target(_OWN, 0.80),
        Target(_OWN, 0.60, rounded=True),
    ),
    # Times of one machine, over its best peer's: 2.5 of 14.1 us, 14 of 17.5, 0.15 of
    # 0.62; a plain loop in C takes 1.15, 9.8 and 0.1 to 0.14 there.
    "W3": (Target(_LOOP, 0.177),),
    "W3b": (Target(_LOOP, 0.8),),
    "W4": (Target(_LOOP, 0.242),),
    "W5": (Target(_LOOP, 1.2), Target(_OWN, 0.65)),
}
ON_TWO_THREADS: dict[str, tuple[Target, ...]] = {
    name: (Target(_LOOP, 1.0), Target(_OWN, 0.99))
    for name in ("W1-32", "W1-200", "W1-1024", "W2-128")
}
