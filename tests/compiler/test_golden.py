"""Passes and plans, text in and text out, against the files in ``golden``.

A file says in its first line which pass it is about and why, then gives a graph as
text, then after ``=>`` what comes out. The passes are fold, simplify, cse, plain,
dead, all (one after the other), plan (``Plan.describe``) and donate (a plan in which
every output may be written into the first input of its spec).

To write what comes out into the files again, and then read the differences::

    HUBEL_UPDATE_GOLDEN=1 python -m pytest tests/compiler/test_golden.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hubel.compiler.cse import cse
from hubel.compiler.dead import dead
from hubel.compiler.fold import fold
from hubel.compiler.passes import run_passes
from hubel.compiler.plain import plain
from hubel.compiler.plan import make_plan
from hubel.compiler.simplify import simplify
from hubel.graph.graph import CoreGraph
from hubel.graph.text import from_text, to_text
from hubel.graph.verify import verify
from hubel.transforms.donation import pair

FILES = sorted(Path(__file__).with_name("golden").glob("*.txt"))
UPDATE = bool(os.environ.get("HUBEL_UPDATE_GOLDEN"))


def rewritten(change: Callable[[CoreGraph], CoreGraph]) -> Callable[[CoreGraph], str]:
    """Make the text of a graph after a pass, verified."""

    def run(graph: CoreGraph) -> str:
        after = change(graph)
        verify(after)
        return to_text(after)

    return run


def pruned(graph: CoreGraph) -> CoreGraph:
    """Drop the outputs called ``unused``, which is all that keeps their nodes alive."""
    outputs = {n: x for n, x in graph.outputs.items() if not n.startswith("unused")}
    after = dead(replace(graph, outputs=outputs))
    assert set(after.nodes) < set(graph.nodes)
    return after


def donated(graph: CoreGraph) -> str:
    """Describe a plan in which all inputs are offered."""
    return make_plan(graph, pair(graph, list(graph.inputs))).describe() + "\n"


PASSES: dict[str, Callable[[CoreGraph], str]] = {
    "fold": rewritten(fold),
    "simplify": rewritten(simplify),
    "cse": rewritten(cse),
    "plain": rewritten(plain),
    "dead": rewritten(pruned),
    "all": rewritten(lambda graph: run_passes(graph, checked=True)),
    "plan": lambda graph: make_plan(graph).describe() + "\n",
    "donate": donated,
}


def read(path: Path) -> tuple[str, str, str, str]:
    """Return the name of the pass, the first line, the graph and what comes out."""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    graph, _, after = rest.partition("=>\n")
    return first.removeprefix("# ").split(":")[0], first, graph, after


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path):
    name, first, text, expected = read(path)
    graph = from_text(text)
    assert to_text(graph) == text, "the graph is not written as to_text writes it"
    found = PASSES[name](graph)
    if UPDATE:
        path.write_text(f"{first}\n{text}=>\n{found}", encoding="utf-8")
    else:
        assert found == expected


def test_every_pass_has_a_file():
    assert {read(path)[0] for path in FILES} == set(PASSES)
