"""Python's operators on terms: each is the gate of its name."""

from __future__ import annotations

from typing import Any

from hubel.graph.registry import GATES, NUMPY, Value, read


class Operators:
    """Arithmetic, comparisons and indexing, each the gate of its name."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __add__(self, other: Value) -> Any:
        return GATES["add"](self, other)

    def __radd__(self, other: Value) -> Any:
        return GATES["add"](other, self)

    def __sub__(self, other: Value) -> Any:
        return GATES["subtract"](self, other)

    def __rsub__(self, other: Value) -> Any:
        return GATES["subtract"](other, self)

    def __mul__(self, other: Value) -> Any:
        return GATES["multiply"](self, other)

    def __rmul__(self, other: Value) -> Any:
        return GATES["multiply"](other, self)

    def __truediv__(self, other: Value) -> Any:
        return GATES["divide"](self, other)

    def __rtruediv__(self, other: Value) -> Any:
        return GATES["divide"](other, self)

    def __floordiv__(self, other: Value) -> Any:
        return GATES["floor_divide"](self, other)

    def __rfloordiv__(self, other: Value) -> Any:
        return GATES["floor_divide"](other, self)

    def __mod__(self, other: Value) -> Any:
        return GATES["remainder"](self, other)

    def __rmod__(self, other: Value) -> Any:
        return GATES["remainder"](other, self)

    def __divmod__(self, other: Value) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Value) -> Any:
        return other // self, other % self

    def __pow__(self, other: Value) -> Any:
        return NUMPY[pow](self, other)

    def __rpow__(self, other: Value) -> Any:
        return GATES["power"](other, self)

    def __matmul__(self, other: Value) -> Any:
        return GATES["matmul"](self, other)

    def __rmatmul__(self, other: Value) -> Any:
        return GATES["matmul"](other, self)

    def __neg__(self) -> Any:
        return GATES["negative"](self)

    def __pos__(self) -> Any:
        return GATES["positive"](self)

    def __abs__(self) -> Any:
        return GATES["absolute"](self)

    def __invert__(self) -> Any:
        return GATES["invert"](self)

    def __and__(self, other: Value) -> Any:
        return GATES["bitwise_and"](self, other)

    def __rand__(self, other: Value) -> Any:
        return GATES["bitwise_and"](other, self)

    def __or__(self, other: Value) -> Any:
        return GATES["bitwise_or"](self, other)

    def __ror__(self, other: Value) -> Any:
        return GATES["bitwise_or"](other, self)

    def __xor__(self, other: Value) -> Any:
        return GATES["bitwise_xor"](self, other)

    def __rxor__(self, other: Value) -> Any:
        return GATES["bitwise_xor"](other, self)

    def __lshift__(self, other: Value) -> Any:
        return GATES["left_shift"](self, other)

    def __rlshift__(self, other: Value) -> Any:
        return GATES["left_shift"](other, self)

    def __rshift__(self, other: Value) -> Any:
        return GATES["right_shift"](self, other)

    def __rrshift__(self, other: Value) -> Any:
        return GATES["right_shift"](other, self)

    def __lt__(self, other: Value) -> Any:
        return GATES["less"](self, other)

    def __le__(self, other: Value) -> Any:
        return GATES["less_equal"](self, other)

    def __gt__(self, other: Value) -> Any:
        return GATES["greater"](self, other)

    def __ge__(self, other: Value) -> Any:
        return GATES["greater_equal"](self, other)

    def __eq__(self, other: object) -> Any:
        return GATES["equal"](self, other)

    def __ne__(self, other: object) -> Any:
        return GATES["not_equal"](self, other)

    def __getitem__(self, index: Any) -> Any:
        return NUMPY[read](self, index)
