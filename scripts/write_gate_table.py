"""Write docs/gates.md, the table of gates, from the registry.

python scripts/write_gate_table.py [--check]

What the table says is said by the gates: their rules and facts, and the docstrings of
compositions. With --check nothing is written; it fails where the page is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from inspect import getdoc
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import scipy.special

import hubel
from hubel.errors import HubelError
from hubel.gates.define import Unknown
from hubel.graph.called import name_of
from hubel.graph.node import Gate, Rule, Spec
from hubel.graph.refusal import REFUSALS
from hubel.graph.registry import GATES, NUMPY, REDUCTIONS, load_all

PAGE = Path(__file__).parent.parent / "docs" / "gates.md"
LIBRARIES = {
    "np": np,
    "np.linalg": np.linalg,
    "np.fft": np.fft,
    "np.lib.stride_tricks": np.lib.stride_tricks,
    "scipy.special": scipy.special,
}
VERSIONS = ".".join(np.__version__.split(".")[:2] + scipy.__version__.split(".")[:2])
MARK = f"% numpy and scipy {VERSIONS}"

INTRODUCTION = f"""{MARK}
% Written by scripts/write_gate_table.py; do not edit.

# Table of gates

Every NumPy function that hubel differentiates, each in both modes and to any order.
What is in none of these tables raises a `TraceError` that names the function and the
line.

`out=` and `where=` of ufuncs are refused, with what to write instead; `where=` and
`initial=` of reductions work, as in NumPy. Complex numbers are taken wherever NumPy
takes them, except by the median, since they have no order.
"""

ONE_GATE = """
## Functions that are one gate

*Derivative* says how it is stated for each argument: by a **partial** derivative for
each element, by two for z and conj z (**pair**), by the **linear** map itself and its
transpose, by both modes **written out**, or **0**; **unknown** raises an error. *Local
gradient* is the structure of the Jacobian of the gate alone. *Dtypes* are
bool, integer, float and complex by their first letter; a dash means those of NumPy.
"""
COMPOSED = """
## Functions composed of gates

Both modes, dtypes, structure and conventions follow from the gates they are made of,
which are in the next table where they are not in the one above.
"""
OTHERS = """
## Other gates

What those compositions are made of (`np.sum` of `sum` and a cast), the transposes of
other gates, and what hubel adds, such as `relu` and `softmax`.
"""
METHODS = """
## Methods of ufuncs

`outer` of every ufunc of two arguments that is one gate, and these:
"""
REFUSED = """
## Refused

The name of a module or class stands for all it has; `traced` for an attribute of a
traced value, `ndarray` for what a plain array does with one.
"""

STRUCTURES = {
    "elementwise": "diagonal",
    "reduction": "each element to one result",
    "layout": "selection or scatter",
    "product": "Kronecker, blocks or dense",
}
"""The structure of local gradients by the kind of a gate."""


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; return 1 if it is out of date."""
    load_all()
    text = "".join(f"{line}\n" for line in lines())
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {PAGE.name}: {len(GATES)} gates, {len(NUMPY)} functions")
        return 0
    written = PAGE.read_text(encoding="utf-8")
    if not written.startswith(f"{MARK}\n"):
        print(f"table of gates: not compared, it is not of NumPy, SciPy {VERSIONS}")
        return 0
    current = written == text
    remedy = "run scripts/write_gate_table.py"
    print(f"table of gates: {'up to date' if current else f'out of date; {remedy}'}")
    return 0 if current else 1


def lines() -> Iterator[str]:
    """Yield the lines of the page."""
    names = public_names()
    of_gate: dict[str, list[str]] = {}
    composed: list[tuple[str, str]] = []
    for function, meaning in NUMPY.items():
        if function not in names:
            continue
        if isinstance(meaning, Gate):
            of_gate.setdefault(meaning.name, []).extend(names[function])
        else:
            composed.append((coded(names[function]), note(function, meaning)))
    head = ("function", "gate", "derivative", "modes", "local gradient", "dtypes")
    head = (*head, "at ties and kinks")
    yield from INTRODUCTION.splitlines()
    yield from ONE_GATE.splitlines()
    rows = [(coded(of), *of_one(GATES[name])) for name, of in of_gate.items()]
    yield from table(head, rows)
    yield from COMPOSED.splitlines()
    yield from table(
        ("function", "at ties and kinks, and what else is to be known"), composed
    )
    yield from OTHERS.splitlines()
    others = [of_one(gate) for name, gate in GATES.items() if name not in of_gate]
    yield from table(head[1:], others)
    yield from METHODS.splitlines()
    yield from table(("method", "of"), methods())
    yield from REFUSED.splitlines()
    yield from table(("what", "why", "what to use"), refused())


def public_names() -> dict[Callable[..., Any], list[str]]:
    """Gather the names by which users call a function; two may name the same."""
    names: dict[Callable[..., Any], list[str]] = {}
    for prefix, library in LIBRARIES.items():
        for name in dir(library):
            value = getattr(library, name)
            if not name.startswith("_") and callable(value) and _is_key(value):
                names.setdefault(value, []).append(f"{prefix}.{name}")
    return names


def _is_key(value: Any) -> bool:
    return isinstance(value, np.ufunc | type(np.sum)) or hasattr(value, "__code__")


def of_one(gate: Gate) -> tuple[str, ...]:
    """Give the cells of a gate."""
    derivative = ", ".join(worded(rule) for rule in gate.rules)
    constant = all(rule.zero for rule in gate.rules)
    modes = "no derivative" if constant else "both"
    structure = "zero" if constant else structure_of(gate)
    cells = (coded([gate.name]), derivative, modes, structure, dtypes(gate))
    return (*cells, gate.facts.convention)


def worded(rule: Rule) -> str:
    """Say in a word how a rule states a derivative."""
    if rule.zero:
        return "0"
    if isinstance(rule, Unknown):
        return "unknown"
    name = type(rule).__name__
    words = {"Partial": "partial", "Reduced": "partial", "Pair": "pair"}
    return words.get(name, "written out" if name == "ByHand" else "linear")


def structure_of(gate: Gate) -> str:
    """Say which structure the local gradient of a gate has."""
    if gate.facts.lines:
        return "a block for each line"
    if gate.facts.kind in STRUCTURES:
        return STRUCTURES[gate.facts.kind]
    if gate.rules[0].joint:
        return "selection or scatter, else by products"
    return "known by its products"


def dtypes(gate: Gate) -> str:
    """List the kinds of dtype that an elementwise gate takes, by its shape rule."""
    if gate.facts.kind != "elementwise":
        return "–"
    specs = {k: Spec((), np.dtype(k)) for k in ("bool", "int64", "float64", "complex")}
    letters = [k[0] for k, spec in specs.items() if takes(gate, spec)]
    return " ".join(letters) or "–"


def takes(gate: Gate, spec: Spec) -> bool:
    """Whether a gate takes arguments of that dtype."""
    count = getattr(gate.forward, "nin", len(gate.rules))
    try:
        gate.infer(*[spec] * count)
    except (HubelError, TypeError):
        return False
    return True


def note(function: Callable[..., Any], meaning: Callable[..., Any]) -> str:
    """Give what the docstring of a composition says after ``Mean what ... means``."""
    first = (getdoc(meaning) or "").partition("\n\n")[0].replace("\n", " ")
    told = first.partition(" means")[2] if first.startswith("Mean ") else ""
    known = told.lstrip(";:, ").rstrip(".").replace("``", "`")
    gate = GATES.get(function.__name__)
    return known or (gate.facts.convention if gate else "")


def methods() -> Iterator[tuple[str, str]]:
    """Yield the methods of ufuncs, each with the ufuncs that have it."""
    found: dict[str, list[str]] = {}
    for ufunc, method in REDUCTIONS:
        found.setdefault(method, []).append(name_of(ufunc))
    for method in sorted(found):
        if method != "outer":
            yield coded([method]), coded(found[method])


def refused() -> Iterator[tuple[str, str, str]]:
    """Yield what is refused, one row for the names with the same reason."""
    names: dict[tuple[str, str], list[str]] = {}
    for name, refusal in REFUSALS.items():
        names.setdefault(refusal, []).append(name)
    for (reason, remedy), of in names.items():
        yield coded(of), reason, remedy


def coded(names: Iterable[str]) -> str:
    """List names as code."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table whose rows are in order."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in sorted(rows, key=lambda row: row[0].replace("`", "").lower()):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    assert hubel.__file__  # the gates are registered by importing it
    sys.exit(main(sys.argv[1:]))
