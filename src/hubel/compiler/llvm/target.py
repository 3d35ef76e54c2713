"""The machine that native code is made for: this one, or an older one by wish."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from hubel.compiler.llvm import binding

VARIABLE = "HUBEL_TARGET"
"""Names another processor, such as ``haswell``, whose instructions alone are used."""


@dataclass(frozen=True)
class Target:
    """A processor, as LLVM names it.

    Attributes
    ----------
    triple : str
        Architecture, system and so on: ``x86_64-unknown-linux-gnu``.
    cpu : str
        LLVM's name of the processor; ``generic`` where it knows none.
    features : str
        What is added to and taken from what the name stands for: ``+avx2,-avx512f``.
    """

    triple: str
    cpu: str
    features: str

    @property
    def vector_bytes(self) -> int:
        """The bytes of a vector register: 64, 32 or 16."""
        if not self.triple.startswith(("x86_64", "i686")):
            return 16
        return 64 if self.has("avx512f") else 32 if self.has("avx2") else 16

    @property
    def fuses(self) -> bool:
        """Whether it multiplies and adds in one instruction."""
        is_x86 = self.triple.startswith(("x86_64", "i686"))
        return not is_x86 or self.has("fma") or self.has("fma4")

    def has(self, feature: str) -> bool:
        """Say whether the machine has what LLVM calls by this name."""
        return f"+{feature}" in self.features.split(",")

    def machine(self, level: int) -> Any:
        """Return llvmlite's object for it, which makes code of this quality (0-3)."""
        llvm = binding.load()
        found = llvm.Target.from_triple(self.triple)
        return found.create_target_machine(
            cpu=self.cpu, features=self.features, opt=level, jit=True
        )


@cache
def host() -> Target:
    """Return this machine, less what ``HUBEL_TARGET`` leaves out."""
    llvm = binding.load()
    with binding.lock:
        triple: str = llvm.get_process_triple()
        cpu: str = llvm.get_host_cpu_name() or "generic"
        present: dict[str, bool] = llvm.get_host_cpu_features()
    wish = os.environ.get(VARIABLE, "").strip()
    if not wish:
        return Target(triple, cpu, flatten(present))
    return Target(triple, wish, flatten(_only(wish, triple, present)))


def flatten(present: dict[str, bool]) -> str:
    """Write features as LLVM reads them.

    Examples
    --------
    >>> flatten({"fma": True, "avx2": False})
    '-avx2,+fma'
    """
    return ",".join(
        f"{'+' if present[each] else '-'}{each}" for each in sorted(present)
    )


_STEPS = {
    "x86-64": (),
    "x86-64-v2": ("sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cx16"),
    "haswell": ("avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"),
}
"""What each processor of the x86 family has that the one above it has not."""

_SAME = {"x86-64-v3": "haswell", "nehalem": "x86-64-v2", "generic": "x86-64"}


def _only(wish: str, triple: str, present: dict[str, bool]) -> dict[str, bool]:
    """Leave of the machine's features those that an older processor has too.

    The machine's own absences stay, so that no wish makes code that it cannot run. Of
    a name that is not in the table nothing more is known: LLVM takes it as it is, and
    where it does not know the name either, as the first of the family.
    """
    name = _SAME.get(wish, wish)
    absent = {each: False for each, has in present.items() if not has}
    if not triple.startswith("x86_64"):
        return absent
    kept = {"sse", "sse2", "mmx", "fxsr", "cx8", "cmov", "64bit"}
    if name not in _STEPS:
        return absent | dict.fromkeys(kept, True)
    for step, features in _STEPS.items():
        kept.update(features)
        if step == name:
            break
    return {each: has and each in kept for each, has in present.items()}
