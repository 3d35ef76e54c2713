"""Jacobians by compressed sweeps: one for all columns, or rows, of one colour."""

from __future__ import annotations

from hubel.derive.choice import Choice, choose
from hubel.derive.compressed import Compression, compressed_jacobian
from hubel.derive.effort import Effort
from hubel.derive.forms import simplest
from hubel.derive.sparsity import pattern_of
from hubel.derive.sweeps import Pair, Sweeps
from hubel.structure import Operator
from hubel.structure.pattern import Pattern
from hubel.transforms.account import Account

_FULL = 0.25
"""Patterns with more places than this share of the matrix are not coloured unless that
is asked for: few columns could share a sweep."""

_LARGEST = 2**26
"""Patterns of larger matrices are not detected unless that is asked for: were they
full, that would take longer than what the sweeps could save."""


def compressed(
    sweeps: Sweeps, effort: Effort, *, asked: bool
) -> tuple[dict[Pair, Operator], Account] | None:
    """Detect the pattern of every block, colour it, sweep once for each colour.

    Returns
    -------
    blocks, account
        None where that would take more than a sweep for each element, unless it is
        ``asked`` for.
    """
    if not asked and effort.rows * effort.columns > _LARGEST:
        return None
    plans: dict[Pair, tuple[Pattern, Choice]] = {}
    for node in sweeps.outputs:
        for source in sweeps.inputs:
            nodes = [*sweeps.inputs, *sweeps.nodes]
            pattern = pattern_of(nodes, sweeps.values, source, node)
            if not asked and pattern.nnz > _FULL * node.size * source.size:
                return None
            choice = choose(pattern, effort.forward, effort.reverse)
            plans[node, source] = (pattern, choice)
    spent = sum(choice.cost for _, choice in plans.values())
    if not asked and spent >= effort.least:
        return None
    blocks: dict[Pair, Operator] = {}
    for (node, source), (pattern, choice) in plans.items():
        plan = Compression(pattern, choice.coloring)
        found = compressed_jacobian(sweeps.nodes, sweeps.values, source, node, plan)
        blocks[node, source] = simplest(found).reshaped(node.shape, source.shape)
    count = sum(choice.sweeps for _, choice in plans.values())
    why = " ".join(choice.reason for _, choice in plans.values())
    ways = {"forward": effort.all_forward, "reverse": effort.all_reverse}
    return blocks, Account("compressed", count, why, spent, ways)
