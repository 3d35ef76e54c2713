"""Jacobians from the gates' own structure, multiplied along the graph: no sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from hubel.derive.effort import CALL, Flow, last_uses
from hubel.derive.forms import FEW, simplest, through_few
from hubel.derive.local import (
    dtype_between,
    local_operator,
)
from hubel.derive.stretch import Stretch, continued
from hubel.graph.cost import operations
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import (
    Applied,
    Composed,
    Dense,
    Diagonal,
    Entrywise,
    Operator,
    Scaled,
    Sparse,
    Sum,
    Zero,
    identity,
)
from hubel.structure.arithmetic import LIMIT
from hubel.structure.chain import Estimate, best_order

_SORTING = 8.0
"""What a term of a product of general sparse matrices costs, in multiplications."""


class TooCostly(Exception):
    """The products along the graph would cost more than sweeps."""


class Accumulation:
    """Jacobians of the nodes of a graph with respect to one input at a time.

    Parameters
    ----------
    flow : dict of Node to list of int
        What lies between inputs and outputs; see :func:`hubel.derive.effort.between`.
    values : mapping of Node to array
        What the forward sweep put on each node.
    budget : float
        Operations after which the whole is given up.

    Attributes
    ----------
    spent : float
        Operations so far.
    chains : list of (int, float, float)
        Of each chain of three matrices or more: how many, the operations in the best
        order, and in that of a forward sweep.
    """

    def __init__(self, flow: Flow, values: Mapping[Node, Value], budget: float) -> None:
        self._flow = flow
        self._values = values
        self._budget = budget
        self._locals: dict[tuple[Node, int], Operator] = {}
        self._uses = Counter(
            [n.inputs[i] for n, places in flow.items() for i in places]
        )
        self.spent = 0.0
        self.chains: list[tuple[int, float, float]] = []

    def jacobians(self, source: Node, outputs: Sequence[Node]) -> dict[Node, Operator]:
        """Return the Jacobian of each output with respect to one input.

        Raises
        ------
        TooCostly
            Once the budget is spent.
        """
        start = identity(source.shape, dtype_between(source, source))
        found = {source: Stretch(start)}
        last = last_uses(self._flow, outputs)
        with np.errstate(all="ignore"):
            for node, places in self._flow.items():
                positions = [i for i in places if node.inputs[i] in found]
                if positions:
                    found[node] = self._reached(node, positions, found)
                for gone in last.get(node, ()):
                    found.pop(gone, None)
        return {node: self._finished(source, node, found) for node in outputs}

    def _reached(
        self, node: Node, positions: Sequence[int], found: Mapping[Node, Stretch]
    ) -> Stretch:
        """Go on with a stretch, or begin one behind the gate's own structure."""
        further = continued(node, positions, found, self._values)
        if further is not None:
            self._spend(len(positions) * (operations(node) + CALL))
            return further
        return Stretch(self._joined(node, positions, found))

    def _joined(
        self, node: Node, positions: Sequence[int], found: Mapping[Node, Stretch]
    ) -> Operator:
        """Sum local gradients times the Jacobians of a node's inputs."""
        total: Operator | None = None
        for position in positions:
            before = self._whole(found[node.inputs[position]])
            part = self._product(node, position, before)
            if len(positions) > 1:
                part = self._in_order(part)
            if total is not None:
                self._spend(_size(total) + _size(part))
            total = part if total is None else total + part
        assert total is not None  # there is a position
        return total

    def _whole(self, stretch: Stretch) -> Operator:
        """Multiply a stretch onto what lies before it."""
        self._spend(stretch.products)
        return stretch.whole()

    def _product(self, node: Node, position: int, before: Operator) -> Operator:
        local = self._local(node, position)
        if isinstance(local, Applied):
            return self._carried(node, local, self._in_order(before))
        if isinstance(before, Scaled) and before.is_identity:
            return local
        alone = self._uses[node.inputs[position]] == 1
        if alone and isinstance(local, Dense) and local.shape[1] > FEW:
            chain = before.factors if isinstance(before, Composed) else (before,)
            if isinstance(chain[0], Dense):
                return Composed((local, *chain))  # the order is chosen at its end
        before = self._in_order(before)
        self._spend(_terms(local, before))
        return through_few(local, before) or local @ before

    def _local(self, node: Node, position: int) -> Operator:
        key = (node, position)
        if key not in self._locals:
            self._spend(operations(node) + CALL)
            self._locals[key] = local_operator(node, position, self._values)
        return self._locals[key]

    def _in_order(self, chain: Operator) -> Operator:
        """Multiply a chain of matrices in the order of the fewest operations."""
        if not isinstance(chain, Composed) or not isinstance(chain.factors[0], Dense):
            return chain
        self._spend(self._ordered(chain))
        return chain.explicit()

    def _ordered(self, chain: Composed) -> float:
        """Count what a chain takes in its best order, and note that."""
        parts = [Estimate.of(factor) for factor in chain.factors]
        cost, _ = best_order(parts)
        if len(parts) > 2:
            forward, product = 0.0, parts[-1]
            for part in reversed(parts[:-1]):
                terms, product = part.times(product)
                forward += terms
            self.chains.append((len(parts), cost, forward))
        return cost

    def _carried(self, node: Node, local: Applied, before: Operator) -> Operator:
        """Multiply by a gate known by its products alone: one for each column."""
        rows, middle = local.shape
        columns = before.shape[1]
        if rows * middle * local.dtype.itemsize > LIMIT:
            raise TooCostly
        fewest = min(rows, middle, columns)
        self._spend(fewest * (operations(node) + CALL))
        if fewest == columns < min(rows, middle):
            return Dense(local.multiply(before.matrix())).reshaped(
                local.output_shape, before.input_shape
            )
        matrix = local.explicit()
        self._spend(_terms(matrix, before))
        return matrix @ before

    def _finished(
        self, source: Node, node: Node, found: Mapping[Node, Stretch]
    ) -> Operator:
        """Return a node's Jacobian multiplied out, where that takes less room."""
        dtype = dtype_between(source, node)
        reached = found.get(node)
        if reached is None:
            return Zero(node.shape, source.shape, dtype)
        total = self._whole(reached)
        if isinstance(total, Composed | Sum):
            total = self._settled(total)
        if isinstance(total, Sparse):
            total = simplest(total)
        total = total.reshaped(node.shape, source.shape)
        return total if total.dtype == dtype else total.astype(dtype)

    def _settled(self, total: Composed | Sum) -> Operator:
        """Multiply a chain out, unless it stays much larger than its factors."""
        rows, columns = total.shape
        room = rows * columns
        if isinstance(total, Sum):
            if 2 * total.work <= room:
                return total
            self._spend(float(room))
            return total.explicit()
        cost = self._ordered(total)
        if 2 * total.work <= room and self.spent + cost > self._budget:
            return total
        self._spend(cost)
        product = total.explicit()
        small = isinstance(product, Entrywise) or product.nnz <= 2 * total.work
        return product if small or 2 * total.work > room else total

    def _spend(self, amount: float) -> None:
        self.spent += amount
        if self.spent > self._budget:
            raise TooCostly


def _terms(left: Operator, right: Operator) -> float:
    """Return the operations of a product of two operators, with the call."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Scaled | Zero):
            return CALL
        if isinstance(one, Diagonal):
            return CALL + _size(other)
    if isinstance(left, Composed) or isinstance(right, Composed):
        return CALL
    terms, _ = Estimate.of(left).times(Estimate.of(right))
    general = isinstance(left, Entrywise) and isinstance(right, Entrywise)
    return CALL + terms * (_SORTING if general else 1.0)


def _size(operator: Operator) -> float:
    return operator.nbytes / operator.dtype.itemsize
