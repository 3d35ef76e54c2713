"""The ONNX graph while it is being written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx_ir as ir

from hubel.errors import ExportError
from hubel.onnx._sizes import Length, Size

OPSET = 18
"""The first in which reductions take their axes alike; from the end of 2022."""
IR_VERSION = 8
"""That of the same release of ONNX."""

INT64 = np.dtype(np.int64)


class Writer:
    """Collects the operators and constants of an ONNX graph.

    Parameters
    ----------
    counted : Value, optional
        An input whose first axis counts the examples.
    """

    def __init__(self, counted: ir.Value | None = None) -> None:
        self.nodes: list[ir.Node] = []
        self.constants: list[ir.Value] = []
        self._known: dict[tuple[Any, ...], ir.Value] = {}
        self._counted = counted
        self._examples: ir.Value | None = None

    def op(self, name: str, *inputs: ir.Value, pick: int = 0, **given: Any) -> ir.Value:
        """Add an operator; return its result, or the one at a place."""
        label = f"/{name}_{len(self.nodes)}"  # no name of Python's begins like this
        node = ir.node(
            name,
            inputs=inputs,
            attributes=given,
            num_outputs=pick + 1,
            name=label,
        )
        for place, value in enumerate(node.outputs):
            value.name = f"{label}_{place}" if place else label
        self.nodes.append(node)
        return node.outputs[pick]

    def constant(self, value: Any, dtype: Any = None) -> ir.Value:
        """Add a constant, or find an equal one."""
        array = np.asarray(value, dtype)
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._known:
            label = f"/constant_{len(self.constants)}"
            self._known[key] = self.named(array, label)
        return self._known[key]

    def named(self, value: Any, name: str) -> ir.Value:
        """Add a constant with a name."""
        array = np.array(value, order="C")
        tensor = ir.tensor(array, name=name)
        kind = ir.TensorType(tensor.dtype)
        shape = ir.Shape(array.shape)
        made = ir.Value(name=name, shape=shape, type=kind, const_value=tensor)
        self.constants.append(made)
        return made

    def numbers(self, *values: int) -> ir.Value:
        """Add whole numbers, as operators take axes and lengths."""
        return self.constant(np.array(values, np.int64))

    def cast(self, value: ir.Value, source: Any, target: Any) -> ir.Value:
        """Bring a value of one dtype to another one."""
        if np.dtype(source) == np.dtype(target):
            return value
        return self.op("Cast", value, to=tensor_type(np.dtype(target)).value)

    def size(self, size: Size | float) -> ir.Value:
        """Return a length, of shape (1,)."""
        if not isinstance(size, Length):
            return self.constant(np.array([size]))
        if self._examples is None:
            if self._counted is None:
                raise ExportError("there is no input whose first axis counts examples")
            self._examples = self.op("Shape", self._counted, start=0, end=1)
        value, dtype = self._examples, np.dtype(type(size.slope))
        value = self.cast(value, INT64, dtype)
        if size.slope != 1:
            value = self.op("Mul", value, self.constant(np.array([size.slope])))
        if size.offset:
            value = self.op("Add", value, self.constant(np.array([size.offset])))
        return value

    def sizes(self, shape: Sequence[Size]) -> ir.Value:
        """Return a shape."""
        if not any(isinstance(size, Length) for size in shape):
            return self.constant(np.array(shape, np.int64))
        parts = [self.size(size) for size in shape]
        return parts[0] if len(parts) == 1 else self.op("Concat", *parts, axis=0)

    def squeezed(self, value: ir.Value, *axes: int) -> ir.Value:
        """Take away axes of length 1."""
        return self.op("Squeeze", value, self.numbers(*axes)) if axes else value

    def unsqueezed(self, value: ir.Value, *axes: int) -> ir.Value:
        """Put in axes of length 1, which then stand at these places."""
        return self.op("Unsqueeze", value, self.numbers(*axes)) if axes else value

    def transposed(self, value: ir.Value, order: Sequence[int]) -> ir.Value:
        """Put the axes in another order."""
        if list(order) == list(range(len(order))):
            return value
        return self.op("Transpose", value, perm=list(order))


def tensor_type(dtype: np.dtype[Any]) -> ir.DataType:
    """Return ONNX's name of a dtype.

    Raises
    ------
    ExportError
        If it has none that runtimes know.
    """
    if dtype.kind not in "fiub" or dtype.itemsize > 8:
        raise ExportError(
            f"a value of dtype {dtype} has no form in ONNX that programs can run",
            remedy="Use real numbers of at most 64 bits.",
        )
    return ir.DataType.from_numpy(dtype)
