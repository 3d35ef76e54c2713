"""From a kernel to the text of an LLVM function.

The function takes the operands' addresses, scratch memory, the address of a status
word, the extents of the axes and the strides that the operands' patterns leave open,
in elements. A row runs through the kernel's phases; where the columns are few, the
phases of a row are straight-line code and the loop over rows becomes vector code.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass

from hubel.compiler.kernel import ELEMENT, Kernel, Statement
from hubel.compiler.llvm.accumulate import Accumulators
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.primitives import emit_primitive
from hubel.compiler.llvm.reduce import BLOCK, Total, fold
from hubel.compiler.llvm.scalar import GROUP, MEMORY, Code, constant
from hubel.compiler.llvm.space import Place, Space, strides
from hubel.compiler.phases import Phase, Phases, find_phases

Values = MutableMapping[int, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where statements run, and the values that are known there."""

    values: Values
    place: Place


def scratch_rows(kernel: Kernel) -> int:
    """Return how many rows of scratch memory a kernel needs.

    A row has 8 bytes for each element of the inner axis, rounded up to 64 bytes.
    """
    if kernel.columns is not None:
        return 0
    return len(find_phases(kernel).scratch)


def parameters(kernel: Kernel) -> list[str]:
    """List the parameters of a kernel's function, as LLVM text."""
    written = {each.operand for each in kernel.body if each.is_effect}
    count = range(len(kernel.operands))
    return [
        *(f"ptr noalias {'' if k in written else 'readonly '}%p{k}" for k in count),
        "ptr noalias %scratch",
        "ptr noalias %status",
        *(f"i64 %n{axis}" for axis in range(kernel.rank)),
        *(f"i64 %s{k}_{axis}" for k, axis in strides(kernel)),
    ]


def function_name(kernel: Kernel) -> str:
    """Return the name of a kernel's function."""
    return f"@k_{kernel.key}"


def emit_kernel(kernel: Kernel, *, strict: bool = False) -> str:
    """Write the function of a kernel.

    Parameters
    ----------
    kernel : Kernel
    strict : bool
        Whether each operation is rounded on its own, as in NumPy.

    Returns
    -------
    str
        An internal function. `hubel.compiler.llvm.module.Module` adds what it calls.
    """
    return write_kernel(kernel, Code(strict=strict))


def write_kernel(kernel: Kernel, code: Code) -> str:
    """Write the function of a kernel by means of an empty `Code`."""
    _Emitter(kernel, code).emit()
    given = ", ".join(parameters(kernel))
    head = f"define internal void {function_name(kernel)}({given}) nounwind"
    return f"{head} {{\n{code.text}\n}}\n"


class _Emitter:
    """Writes the body of one kernel's function."""

    def __init__(self, kernel: Kernel, code: Code) -> None:
        self.kernel, self.code = kernel, code
        self.space = Space(kernel, code)
        self.index: dict[int, str] = {}  # of the outer axes
        self.fine = ""  # the variable of what is required
        self.scratch: dict[int, str] = {}  # the row of each statement that needs one
        self.effects: dict[str, Callable[[Statement, Frame], None]] = {
            "store": self._store,
            "accumulate": self._accumulate,
            "accumulate_at": self._accumulate_at,
            "require": self._require,
        }
        self.sources: dict[str, Callable[[Statement, Frame], str]] = {
            "load": self._load,
            "load_at": self._load_at,
            "constant": lambda each, _: constant(each.value, each.dtype),
            "index": self._index,
            "cast": self._cast,
        }

    def emit(self) -> None:
        """Write everything between the braces."""
        kernel, code = self.kernel, self.code
        if any(each.op == "require" for each in kernel.body):
            self.fine = code.slot("i1")
            code.do(f"store i1 true, ptr {self.fine}")
        self.sums = Accumulators(kernel, code, self.space)
        if kernel.columns is None:
            self._by_rows(find_phases(kernel))
        else:
            self._by_columns(kernel.columns)
        self.sums.finish()
        if self.fine:
            self._report()

    # Rows as loops ----------------------------------------------------------------

    def _by_rows(self, cut: Phases) -> None:
        self._place_scratch(cut.scratch)
        once = Frame({}, Place())
        self._run(cut.once, once)
        with self._rows(parallel=False):
            row = Frame(ChainMap({}, once.values), Place())
            self._run(cut.row, row)
            for phase in cut.phases:
                self._phase(phase, row)
                self._run(phase.after, row)

    def _rows(self, *, parallel: bool) -> ExitStack:
        """Open the loops over the outer axes; they close with what is returned."""
        loops, last = ExitStack(), self.kernel.rank - 2
        for axis in range(self.kernel.rank - 1):
            loop = self.code.loop(f"%n{axis}", parallel=parallel and axis == last)
            self.index[axis] = loops.enter_context(loop)
        self.space.enter_row(self.index)
        return loops

    def _place_scratch(self, rows: list[int]) -> None:
        if not rows:
            return
        code = self.code
        size = code.value(f"shl i64 %n{self.space.inner}, 3")
        size = code.value(f"and i64 {code.value(f'add i64 {size}, 63')}, -64")
        for number, i in enumerate(rows):
            offset = code.value(f"mul i64 {size}, {number}")
            place = f"getelementptr inbounds i8, ptr %scratch, i64 {offset}"
            self.scratch[i] = code.value(place)

    def _phase(self, phase: Phase, row: Frame) -> None:
        """Write one loop over the inner axis, and take over what it reduced."""
        if not phase.loop:
            return
        body, code = self.kernel.body, self.code
        totals = {
            i: Total(code, str(body[i].value), body[body[i].args[0]].dtype)
            for i in phase.loop
            if body[i].op == "reduce" or self._ends_row(body[i])
        }
        for total in totals.values():
            total.start()
        stop = f"%n{self.space.inner}"
        blocked = [each for each in totals.values() if each.blocked]
        if not blocked:
            self._loop(phase, row, totals, "0", stop)
        else:
            with code.loop(stop, step=BLOCK) as start:
                end = code.value(f"add nsw i64 {start}, {BLOCK}")
                end = code.intrinsic("smin", "int64", end, stop)
                for each in blocked:
                    each.start_block()
                self._loop(phase, row, totals, start, end)
                for each in blocked:
                    each.end_block()
        self._take_over(totals, row)

    def _take_over(self, totals: dict[int, Total], row: Frame) -> None:
        """Make the results of a loop's totals known to the row."""
        for i, total in totals.items():
            each = self.kernel.body[i]
            if each.op == "reduce":
                row.values[i] = total.result()
            else:
                self.sums.add(each, total.result(), row.place)

    def _loop(
        self, phase: Phase, row: Frame, totals: dict[int, Total], start: str, stop: str
    ) -> None:
        code, body = self.code, self.kernel.body
        parallel = all(body[i].op != "accumulate_at" for i in phase.loop)
        group = GROUP if parallel else ""
        with code.loop(stop, start=start, parallel=parallel) as inner:
            frame = Frame(ChainMap({}, row.values), Place(inner, 0, group))
            for i in sorted([*phase.loop, *phase.taken]):
                if i in phase.taken:
                    frame.values[i] = self._taken(i, frame)
                elif i in totals:
                    totals[i].add(frame.values[body[i].args[0]], inner)
                else:
                    self._statement(i, frame)
                if i in phase.kept:
                    dtype = body[i].dtype
                    address = self._scratch(i, frame)
                    code.store(frame.values[i], address, dtype, group=group)

    def _scratch(self, i: int, frame: Frame) -> str:
        kind, row = MEMORY[self.kernel.body[i].dtype], self.scratch[i]
        place = f"getelementptr inbounds {kind}, ptr {row}, i64 {frame.place.inner}"
        return self.code.value(place)

    def _taken(self, i: int, frame: Frame) -> str:
        dtype = self.kernel.body[i].dtype
        return self.code.load(self._scratch(i, frame), dtype, group=frame.place.group)

    def _ends_row(self, each: Statement) -> bool:
        """Whether a statement accumulates a whole row into one element."""
        if each.op != "accumulate" or not self.kernel.rank:
            return False
        same = self.kernel.operands[each.operand].pattern[self.space.inner] == "0"
        return same and self.kernel.levels[each.args[0]] == ELEMENT

    # Columns side by side ---------------------------------------------------------

    def _by_columns(self, columns: int) -> None:
        """Write all columns of a row one by one, each statement for all of them."""
        sequential = self.sums.in_memory or any(
            each.op == "accumulate_at" for each in self.kernel.body
        )
        group = "" if sequential else GROUP
        with self._rows(parallel=not sequential):
            row = Frame({}, Place(group=group))
            frames = [
                Frame(ChainMap({}, row.values), Place(str(j), j, group))
                for j in range(columns)
            ]
            for i, each in enumerate(self.kernel.body):
                if each.op == "reduce" or self._ends_row(each):
                    self._fold(i, row, frames)
                    continue
                inside = self.kernel.levels[i] == ELEMENT
                for frame in frames if inside else [row]:
                    self._statement(i, frame)

    def _fold(self, i: int, row: Frame, frames: list[Frame]) -> None:
        each = self.kernel.body[i]
        arg, how = each.args[0], str(each.value)
        values = [frame.values[arg] for frame in frames]
        found = fold(self.code, how, values, self.kernel.body[arg].dtype)
        if each.op == "reduce":
            row.values[i] = found
        else:
            self.sums.add(each, found, row.place)

    # Statements -------------------------------------------------------------------

    def _run(self, statements: list[int], frame: Frame) -> None:
        for i in statements:
            self._statement(i, frame)

    def _statement(self, i: int, frame: Frame) -> None:
        """Write a statement other than a reduction."""
        each = self.kernel.body[i]
        if each.op in self.effects:
            self.effects[each.op](each, frame)
        elif each.op in self.sources:
            frame.values[i] = self.sources[each.op](each, frame)
        else:
            dtype = self.kernel.body[each.args[-1]].dtype
            args = [frame.values[a] for a in each.args]
            frame.values[i] = emit_primitive(self.code, each.op, args, dtype)

    def _load(self, each: Statement, frame: Frame) -> str:
        address = self.space.element(each.operand, frame.place.inner)
        return self.code.load(address, each.dtype, group=frame.place.group)

    def _load_at(self, each: Statement, frame: Frame) -> str:
        address = self._position(each, frame)
        return self.code.load(address, each.dtype, group=frame.place.group)

    def _position(self, each: Statement, frame: Frame) -> str:
        position = frame.values[each.args[0]]
        return self.space.element(each.operand, frame.place.inner, position)

    def _index(self, each: Statement, frame: Frame) -> str:
        inner = each.value == self.space.inner
        found = frame.place.inner if inner else self.index[int(str(each.value))]
        return cast(self.code, found, "int64", each.dtype)

    def _cast(self, each: Statement, frame: Frame) -> str:
        (arg,) = each.args
        source = self.kernel.body[arg].dtype
        return cast(self.code, frame.values[arg], source, each.dtype)

    def _store(self, each: Statement, frame: Frame) -> None:
        address = self.space.element(each.operand, frame.place.inner)
        value = frame.values[each.args[0]]
        self.code.store(value, address, each.dtype, group=frame.place.group)

    def _accumulate(self, each: Statement, frame: Frame) -> None:
        self.sums.add(each, frame.values[each.args[0]], frame.place)

    def _accumulate_at(self, each: Statement, frame: Frame) -> None:
        value = frame.values[each.args[-1]]
        self.sums.into(each, value, self._position(each, frame))

    def _require(self, each: Statement, frame: Frame) -> None:
        before = self.code.value(f"load i1, ptr {self.fine}")
        after = self.code.value(f"and i1 {before}, {frame.values[each.args[0]]}")
        self.code.do(f"store i1 {after}, ptr {self.fine}")

    def _report(self) -> None:
        """Set the status if what was required did not hold."""
        code = self.code
        fine = code.value(f"load i1, ptr {self.fine}")
        bad = code.value(f"zext i1 {code.value(f'xor i1 {fine}, true')} to i64")
        before = code.value("load i64, ptr %status")
        code.do(f"store i64 {code.value(f'or i64 {before}, {bad}')}, ptr %status")
