"""Traced values: what a traced function holds in place of its arrays."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np

from hubel.errors import DTypeError, ShapeError, TraceError
from hubel.graph.node import Gate, Node, describe
from hubel.graph.refusal import missing
from hubel.graph.registry import GATES, NUMPY, Value, write
from hubel.graph.source import Line, user_line, written
from hubel.graph.term import Term


class Recorder(Protocol):
    """What a traced value needs of its trace."""

    level: int
    with_values: bool
    open: bool

    def record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Apply a gate and note that it was applied."""
        ...

    def remember(self, value: Traced) -> None:
        """Note the result of ``view op= other``, to be written into the base."""
        ...

    def forget(self, value: Traced) -> None:
        """Note that a value is being written into an array."""
        ...


def unseen(line: Line | None) -> TraceError:
    """Make the error of a write that another name of the same memory misses."""
    return TraceError(
        "writing to a traced array of which a view is used later: the other name "
        "would not see the write, as it would in NumPy",
        where=written(line),
        remedy="write before taking the view, or take a .copy()",
    )


class Traced(Term):
    """A handle on a node of a running trace, and on its value when that is known."""

    __slots__ = (
        "__weakref__",
        "_outdated",
        "_sharing",
        "level",
        "node",
        "recorder",
        "value",
    )

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

    def _outdate_others(self) -> None:
        """Make every further use of the handles that miss a write an error."""
        line = user_line()
        for handle in self._sharing or ():
            other = handle()
            if other is not None and other is not self:
                other._outdated = line
                del other.node
        self._sharing = None

    def __getattr__(self, name: str) -> Any:
        # Python asks here only for what is missing, such as an outdated handle's node.
        if name == "node":
            raise unseen(self._outdated)
        raise AttributeError(missing(name))

    def snapshot(self) -> Traced:
        """Return another handle, which does not see later writes to this one."""
        return Traced(self.recorder, self.node, self.value)

    def __copy__(self) -> Any:
        """Mean ``copy.copy``: an array of its own, in the same graph."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """Mean ``copy.deepcopy``: the same."""
        return self.copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TraceError(
            "a traced value was asked to be pickled, which would lose the graph",
            where=written(user_line()),
            remedy="return it from the traced function, and save what comes back",
        )

    def __setitem__(self, index: Any, new: Value) -> None:
        """Write as an array would: this handle becomes the array after the write."""
        if isinstance(new, Traced):
            new.recorder.forget(new)
        self._become(NUMPY[write](self, index, new))

    def _become(self, after: Any) -> None:
        """Take the place of an array after a write, which every name of it sees."""
        if self._shares():
            self._outdate_others()
        self.recorder, self.level = after.recorder, after.level
        self.node, self.value = after.node, after.value

    def _updated(self, gate: str, other: Value) -> Any:
        """Mean ``self op= other``: a write where there are axes, as in NumPy."""
        after = GATES[gate](self, other)
        if not self.shape or not isinstance(after, Traced):
            return after
        if after.shape != self.shape:
            raise ShapeError(
                f"{gate} in place: {describe(after)} does not fit {describe(self)}",
                where=written(user_line()),
            )
        if after.dtype != self.dtype:
            after = self._fitted(after, gate)
        if self._shares():  # right in z[i] += y, where the next step is z[i] = after
            after.recorder.remember(after)
            return after
        self._become(after)
        return self

    def _fitted(self, after: Traced, gate: str) -> Any:
        if not np.can_cast(after.dtype, self.dtype, "same_kind"):
            raise DTypeError(
                f"{gate} in place: {after.dtype} does not fit {self.dtype}",
                where=written(user_line()),
                remedy="write x = x + y in place of x += y",
            )
        return GATES["astype"](after, dtype=self.dtype)

    def __iadd__(self, other: Value) -> Any:
        return self._updated("add", other)

    def __isub__(self, other: Value) -> Any:
        return self._updated("subtract", other)

    def __imul__(self, other: Value) -> Any:
        return self._updated("multiply", other)

    def __itruediv__(self, other: Value) -> Any:
        return self._updated("divide", other)

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
        if hasattr(self, "_outdated"):
            return f"<traced, outdated by a write at {written(self._outdated)}>"
        known = f" = {self.value!r}" if self.recorder.with_values else ""
        return f"<traced {describe(self)}{known}>"
