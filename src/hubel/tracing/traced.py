"""Traced values: what a traced function holds in place of its arrays."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np

from hubel.errors import TraceError
from hubel.graph.node import Gate, Node, describe
from hubel.graph.registry import NUMPY, Value, write
from hubel.graph.term import Term


class Recorder(Protocol):
    """What a traced value needs of its trace."""

    level: int
    with_values: bool

    def record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Apply a gate and note that it was applied."""
        ...


class Traced(Term):
    """A handle on a node of a running trace, and on its value when that is known."""

    __slots__ = ("__weakref__", "_sharing", "level", "node", "recorder", "value")

    def __init__(self, trace: Recorder, node: Node, value: Value) -> None:
        self.recorder = trace
        self.level = trace.level
        self.node = node
        self.value = value
        self._sharing: list[weakref.ref[Traced]] | None = None

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """The lengths of the axes."""
        return self.node.shape

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        """The dtype of the elements."""
        return self.node.dtype

    @property
    def weak(self) -> bool:  # type: ignore[override]
        """Whether this stands for a Python scalar."""
        return self.node.weak

    @property
    def known(self) -> Value | None:
        """The array that this stands for, where it is known during recording."""
        value = self.value if self.recorder.with_values else self.node
        return value.known if isinstance(value, Term) else value

    def apply(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Record the gate in this value's trace."""
        result = self.recorder.record(gate, args, params)
        if gate.facts.view and isinstance(args[0], Traced):
            args[0]._viewed_by(result)
        return result

    def _viewed_by(self, view: Traced) -> None:
        """Note that another handle is a view of this one."""
        if self._sharing is None:
            self._sharing = [weakref.ref(self)]
        self._sharing.append(weakref.ref(view))
        view._sharing = self._sharing

    def _shares(self) -> bool:
        """Whether a handle that shares memory with this one, in NumPy, is alive."""
        if self._sharing is None:
            return False
        self._sharing[:] = [handle for handle in self._sharing if handle() is not None]
        return len(self._sharing) > 1

    def __setitem__(self, index: Any, new: Value) -> None:
        """Write as an array would: this handle becomes the array after the write."""
        if self._shares():
            raise TraceError(
                "writing to a traced array of which a view is also in use: the other "
                "name would not see the write, as it would in NumPy",
                remedy="write before taking the view, or take a .copy()",
            )
        after = NUMPY[write](self, index, new)
        self.node, self.value = after.node, after.value

    def __bool__(self) -> bool:
        return bool(self.value) if self.recorder.with_values else super().__bool__()

    def __index__(self) -> int:
        if self.recorder.with_values and self.dtype.kind in "iu":
            return self.value.__index__()
        return super().__index__()

    def __format__(self, spec: str) -> str:
        if not self.recorder.with_values:
            return repr(self)
        return format(self.value, spec)

    def __repr__(self) -> str:
        known = f" = {self.value!r}" if self.recorder.with_values else ""
        return f"<traced {describe(self)}{known}>"
