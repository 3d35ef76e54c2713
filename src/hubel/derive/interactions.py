"""Interactions: which pairs of a source's elements meet in a second derivative.

A gate adds the pairs that its own second derivatives join, and a second derivative is
the first of a rule: the rule of an argument is traced, and what its result depends on
tells which arguments it meets. So a linear gate adds none, ``sin`` adds each set of
elements crossed with itself, and a product of two crosses them. Source: Griewank &
Walther, Evaluating Derivatives (2008), section 7.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from hubel.derive.dependence import Dependence, Mask
from hubel.derive.index_space import positions, words_of
from hubel.derive.link_rules import Known, link_of
from hubel.derive.sparsity import Links, carried, links_between
from hubel.errors import HubelError
from hubel.graph.node import Node, Spec, input_node
from hubel.graph.registry import Value
from hubel.graph.walk import topological_order
from hubel.structure.pattern import Pattern

SPACE = 1_000_000
"""The most points of an index space that are looked at one by one."""


def hessian_pattern_of(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    output: Node,
    local: bool = False,
) -> Pattern:
    """Return which pairs of a source's elements meet in a second derivative.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on the nodes; read only if ``local``.
    source, output : Node
        All elements of the output count together.
    local : bool
        As for :func:`hubel.derive.sparsity.pattern_of`.

    Returns
    -------
    Pattern
        Symmetric, of shape (source size, source size).

    Examples
    --------
    >>> from hubel.tracing.program import trace_program
    >>> f = lambda x: x[0] * x[1] + np.sin(x[2])
    >>> graph = trace_program(f, (np.ones(3),), {}).graph
    >>> pairs = hessian_pattern_of(
    ...     graph.nodes, {}, graph.inputs["x"], graph.outputs["out"]
    ... )
    >>> pairs.todense().astype(int)
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 1]])
    """
    links = links_between(nodes, values, source, [output], local)
    found = carried(links, source)
    wanted = _reached(links, source, output)
    known = Known(values, local)
    total = Dependence(Pattern.at([], [], (source.size, source.size)), source.size)
    for node in links:
        if node in wanted and wanted[node].any():
            for pairs in _added(node, found, wanted[node], known):
                total = total.united(pairs)
    pattern = total.pattern()
    return pattern | pattern.T


def _reached(links: Links, source: Node, output: Node) -> dict[Node, Mask]:
    """Find which elements of each node the output depends on."""
    wanted = {output: np.ones(output.size, np.bool_)} if output in links else {}
    for node, ways in reversed(links.items()):
        if node not in wanted:
            continue
        for argument, link in ways:
            marked = link.reach(wanted[node])
            before = wanted.get(argument)
            wanted[argument] = marked if before is None else before | marked
    return wanted


def _added(
    node: Node, found: Mapping[Node, Dependence], wanted: Mask, known: Known
) -> list[Dependence]:
    """Return the pairs that one gate joins."""
    pairs = meeting(node)
    if not pairs:
        return []
    parts: dict[int, Dependence] = {}
    for position in sorted({k for pair in pairs for k in pair}):
        argument = node.inputs[position]
        link = link_of(node, position, known) if argument in found else None
        if link is not None:
            parts[position] = link.apply(found[argument]).kept(wanted)
    pairs = [pair for pair in pairs if pair[0] in parts and pair[1] in parts]
    if node.gate.facts.kind == "product":
        return [_in_space(node, pair, found, wanted, parts) for pair in pairs]
    return [_crossed(parts[first], parts[second]) for first, second in pairs]


def _crossed(first: Dependence, second: Dependence) -> Dependence:
    """Cross the sets of each row; the same two rows are crossed once."""
    if not _repeats(first):
        return first.crossed(second)
    both = np.concatenate([first.bits(), second.bits()], axis=1)
    _, rows = np.unique(both, axis=0, return_index=True)
    return first.taken(rows).crossed(second.taken(rows))


def _repeats(dependence: Dependence) -> bool:
    """Whether rows are long, so that looking for equal ones pays."""
    terms = int((dependence.counts() ** 2).sum())
    return terms > 64 * max(dependence.rows, 1) and dependence.rows > 1


def _in_space(
    node: Node,
    pair: tuple[int, int],
    found: Mapping[Node, Dependence],
    wanted: Mask,
    parts: Mapping[int, Dependence],
) -> Dependence:
    """Cross two operands of a product only where one term of its sum holds both."""
    words = words_of(node)
    used = dict.fromkeys("".join(words.operands) + words.result)
    every = "".join(used)
    if prod([words.lengths[a] for a in every]) > SPACE:
        return _crossed(parts[pair[0]], parts[pair[1]])
    reached = wanted[positions(words.result, every, words.lengths)]
    first, second = [
        found[node.inputs[k]].taken(
            positions(words.operands[k], every, words.lengths)[reached]
        )
        for k in pair
    ]
    return _crossed(first, second)


def meeting(node: Node) -> list[tuple[int, int]]:
    """Return the pairs of a gate's arguments that meet in a second derivative."""
    live = [
        k
        for k, i in enumerate(node.inputs)
        if i.dtype.kind in "fc" and not node.gate.rule(k).zero
    ]
    if all(node.gate.rule(k).joint for k in live):
        return []
    met = {tuple(sorted((k, j))) for k in live for j in _met(node, k, live)}
    return sorted((first, second) for first, second in met)


def _met(node: Node, position: int, live: list[int]) -> list[int]:
    """Return which arguments the derivative with respect to one argument depends on."""
    args = tuple([input_node(i.spec) for i in node.inputs])
    upstream, out = [input_node(Spec(node.shape, node.dtype)) for _ in range(2)]
    try:
        rule = node.gate.rule(position)
        gradient = rule.pull(position, upstream, out, args, node.params)
    except (HubelError, TypeError, ValueError):
        return live  # a rule that cannot be traced may depend on anything
    if not isinstance(gradient, Node):
        return live
    seen = _through(gradient)
    return live if out in seen else [j for j in live if args[j] in seen]


def _through(root: Node) -> set[Node]:
    """Return what a node depends on through derivatives that are not zero."""
    seen = {root}
    for node in reversed(topological_order([root])):
        if node in seen:
            seen.update(
                i
                for k, i in enumerate(node.inputs)
                if not node.gate.rule(k).zero and node.dtype.kind in "fc"
            )
    return seen
