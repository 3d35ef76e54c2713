"""Products: Einstein sums of two operands as matrix products, or as kernels.

NumPy runs an Einstein sum as a call of its own; a matrix product is native code, and a
product that sums over nothing, or over no more than rows, is a part of a kernel.
"""

from __future__ import annotations

import math

from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.compiler.to_primitives import give_line
from hubel.gates._einsum import split
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.graph.registry import GATES


def products(graph: CoreGraph) -> CoreGraph:
    """Replace Einstein sums of two operands, where that moves no element."""
    return rewrite(graph, _product)


def _product(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    if node.gate.name != "einsum" or len(inputs) != 2 or not _is_plain(node):
        return node
    made = _Product(node).write()
    if made is None or made.spec != node.spec:
        return node
    give_line(made, node)
    return made


def _is_plain(node: Node) -> bool:
    """Whether all is of one floating-point dtype, and there are elements."""
    if node.dtype.name not in ("float32", "float64"):
        return False
    return all(i.dtype == node.dtype and i.size for i in node.inputs)


class _Product:
    """An Einstein sum of two operands, with its letters in groups.

    The letters that both operands and the result have count a batch; those that are
    summed stand in both operands; the others in one operand and the result.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        (self.x, self.y), self.output = split(node.params["subscripts"])
        shapes = [length for i in node.inputs for length in i.shape]
        self.length = dict(zip(self.x + self.y, shapes, strict=True))
        both = [a for a in self.x if a in self.y]
        self.batch = "".join(a for a in both if a in self.output)
        self.summed = "".join(a for a in both if a not in self.output)
        self.left = "".join(a for a in self.x if a not in self.y)
        self.right = "".join(a for a in self.y if a not in self.x)

    def write(self) -> Node | None:
        """Return what computes it; None if elements had to be moved for that."""
        if not self.summed or not (self.left or self.right):
            return self._elementwise()
        return self._matmul()

    def _elementwise(self) -> Node:
        """Multiply element by element, and sum along the last axes."""
        letters, (x, y) = self.output + self.summed, self.node.inputs
        product = GATES["multiply"](
            self._spread(x, self.x, letters), self._spread(y, self.y, letters)
        )
        axis = tuple(range(len(self.output), len(letters)))
        return GATES["sum"](product, axis=axis) if axis else product

    def _spread(self, source: Node, word: str, letters: str) -> Node:
        """Give an operand the axes of all letters, of length 1 where it has none."""
        order = tuple([word.index(a) for a in letters if a in word])
        turned = GATES["transpose"](source, axes=order)
        shape = tuple([self.length[a] if a in word else 1 for a in letters])
        return GATES["reshape"](turned, shape=shape)

    def _matmul(self) -> Node | None:
        """Multiply matrices, the result's rows first, for each place in the batch."""
        first, second = (self.x, self.left), (self.y, self.right)
        sources = list(self.node.inputs)
        if self.right and self.output.find(self.right) < self.output.find(self.left):
            first, second = second, first
            sources.reverse()
        if self.output != self.batch + first[1] + second[1]:
            return None
        groups = self.batch, first[1], self.summed
        rows = self._matrices(sources[0], first[0], groups)
        groups = self.batch, self.summed, second[1]
        columns = self._matrices(sources[1], second[0], groups)
        if rows is None or columns is None:
            return None
        product = GATES["matmul"](rows, columns)
        return GATES["reshape"](product, shape=self.node.shape)

    def _matrices(
        self, source: Node, word: str, groups: tuple[str, ...]
    ) -> Node | None:
        """Make one axis of each group; None if its letters stand apart in a word."""
        if any(group not in word for group in groups):
            return None
        groups = groups if self.batch else groups[1:]
        places = [word.find(group) if group else -1 for group in groups]
        order = sorted(range(len(groups)), key=places.__getitem__)
        sizes = [math.prod([self.length[a] for a in group]) for group in groups]
        shape = tuple([sizes[i] for i in order])
        whole = GATES["reshape"](source, shape=shape)
        axes = tuple([order.index(i) for i in range(len(groups))])
        return GATES["transpose"](whole, axes=axes)
