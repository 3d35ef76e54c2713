"""A sweep as the text of a function: one loop whose iterations go through vectors.

All that belongs to no row is loaded before anything is stored, so the arrays may share
memory in any way; of the others an iteration touches its own row alone.
"""

from __future__ import annotations

from typing import NamedTuple

from hubel.compiler.kernel import Statement
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.primitives import emit_primitive
from hubel.compiler.llvm.reduce import combine, fold, neutral
from hubel.compiler.llvm.scalar import MEMORY, TYPES, Code, constant, kind
from hubel.compiler.llvm.serial import is_serial
from hubel.compiler.llvm.spans import cut, side_by_side
from hubel.compiler.sweep import AFTER, BEFORE, EACH, Spot, Sweep

BLOCK = 2048
"""So many rows are added in the precision of the totals; blocks in float64."""


def sweep_parameters(sweep: Sweep) -> list[str]:
    """List the parameters of a sweep's function: arrays, then the status word."""
    return [*(f"ptr %p{i}" for i in range(len(sweep.arrays))), "ptr noalias %status"]


def is_divisible(sweep: Sweep) -> bool:
    """Whether the rows have nothing to do with each other."""
    alone = all(sweep.body[i].op != "store" for i in sweep.at(AFTER))
    return bool(sweep.rows) and alone and not sweep.totals


def write_sweep(
    sweep: Sweep, name: str, code: Code, vector_bytes: int, *, part: bool = False
) -> str:
    """Write the function of a sweep, and the metadata of its loop.

    Parameters
    ----------
    sweep : Sweep
    name : str
        Of the function, with its ``@``.
    code : Code
        Empty.
    vector_bytes : int
        The machine's.
    part : bool
        Whether the function, of a divisible sweep, has two more parameters: the first
        row that it takes, and the one after the last.
    """
    form = _form(sweep, vector_bytes)
    _Printer(sweep, code, form.step, part).write()
    bounds = ["i64 %first", "i64 %last"] if part else []
    given = ", ".join([*sweep_parameters(sweep), *bounds])
    head = f"define internal void {name}({given}) nounwind"
    metadata = SERIAL if is_serial(sweep.body) else _metadata(form)
    return f"{head} {{\n{code.text}\n}}\n{metadata}"


LOOP, REST, GROUP = "!20", "!30", ", !llvm.access.group !21"

SERIAL = "!20 = distinct !{!20}\n!21 = distinct !{}\n"
"""The metadata of a loop of which LLVM can make no vectors."""


class _Form(NamedTuple):
    """How rows go side by side.

    Attributes
    ----------
    lanes : int
        Rows in a vector.
    vectors : int
        Vectors at a time.
    step : int
        Rows that the first of two loops takes at a time, the second one what is left;
        0 where there is one loop.
    idle : bool
        Whether the rows that fill no vector go through one whose other lanes are idle,
        and not one by one.
    """

    lanes: int
    vectors: int
    step: int
    idle: bool


def _form(sweep: Sweep, vector_bytes: int) -> _Form:
    lanes = _lanes(sweep, vector_bytes)
    if is_serial(sweep.body):
        return _Form(lanes, 1, 0, False)
    each = [sweep.body[i] for i in sweep.at(EACH)]
    vectors = side_by_side(each, 4)
    if 1 < vectors <= sweep.rows // lanes:
        return _Form(lanes, vectors, lanes * vectors, False)
    idle = sweep.rows % lanes > lanes // 8
    if idle and sweep.rows > lanes and any(map(_is_apart, each)):
        # With masks what lies apart would be gathered, in all vectors but the last too.
        return _Form(lanes, 1, lanes, False)
    return _Form(lanes, 1, 0, idle)


def _is_apart(each: Statement) -> bool:
    """Whether a statement reads or writes what does not lie side by side."""
    return isinstance(each.value, Spot) and each.value.stride > 1


def _metadata(form: _Form) -> str:
    """Say that iterations are independent, and how many go side by side."""
    idle = str(form.idle).lower()
    return f"""!20 = distinct !{{!20, !22, !23, !24, !25, !26}}
!21 = distinct !{{}}
!22 = !{{!"llvm.loop.parallel_accesses", !21}}
!23 = !{{!"llvm.loop.vectorize.width", i32 {form.lanes}}}
!24 = !{{!"llvm.loop.interleave.count", i32 {form.vectors}}}
!25 = !{{!"llvm.loop.vectorize.enable", i1 true}}
!26 = !{{!"llvm.loop.vectorize.predicate.enable", i1 {idle}}}
!30 = distinct !{{!30, !22, !23, !31, !25, !32}}
!31 = !{{!"llvm.loop.interleave.count", i32 1}}
!32 = !{{!"llvm.loop.vectorize.predicate.enable", i1 true}}
"""


def _lanes(sweep: Sweep, vector_bytes: int) -> int:
    """Return how many of the floats that are computed with fit into a vector."""
    floats = {sweep.body[i].dtype for i in sweep.at(EACH)} & {"float32", "float64"}
    size = 8 if "float64" in floats or not floats else 4
    lanes = vector_bytes // size
    while lanes >= 2 * sweep.rows > 0:
        lanes //= 2
    return lanes


class _Printer:
    def __init__(self, sweep: Sweep, code: Code, step: int, part: bool) -> None:
        self.sweep, self.code, self.part = sweep, code, part
        self.step = step
        self.values: dict[int, str] = {}
        self.row = "0"
        self.fine = ""
        self.slots: dict[int, str] = {}

    def write(self) -> None:
        """Write everything between the braces."""
        sweep, code = self.sweep, self.code
        if any(each.op == "require" for each in sweep.body):
            self.fine = code.slot("i1")
            code.do(f"store i1 true, ptr {self.fine}")
        self._all(BEFORE)
        if sweep.rows:
            self.slots = {i: self._slot(i, self._dtype(i)) for i in sweep.totals}
            if self.part:
                self._loop("%first", "%last")
            elif sweep.rows > BLOCK:
                self._blocks()
            else:
                self._loop("0", str(sweep.rows))
                for i, slot in self.slots.items():
                    dtype = self._dtype(i)
                    self.values[i] = code.value(f"load {TYPES[dtype]}, ptr {slot}")
        self._all(AFTER)
        if not self.fine:
            self._stores()
            return
        held = code.value(f"load i1, ptr {self.fine}")
        with code.when(held):
            self._stores()
        with code.when(code.value(f"xor i1 {held}, true")):
            code.do("store i64 1, ptr %status")

    def _stores(self) -> None:
        """Store what belongs to no row; nothing if the inputs were not as required."""
        for i in self.sweep.at(AFTER):
            if self.sweep.body[i].op == "store":
                self._write(i, self.sweep.body[i])

    def _dtype(self, i: int) -> str:
        return self.sweep.body[i].dtype

    def _slot(self, i: int, dtype: str) -> str:
        """Return the address of a variable that holds a total's neutral element."""
        slot = self.code.slot(TYPES[dtype])
        self._clear(i, slot, dtype)
        return slot

    def _clear(self, i: int, slot: str, dtype: str) -> None:
        start = neutral(str(self.sweep.body[i].value), dtype)
        self.code.do(f"store {TYPES[dtype]} {start}, ptr {slot}")

    def _loop(self, start: str, stop: str) -> None:
        if not self.step:
            self._span(start, stop, LOOP)
            return
        middle = cut(self.code, start, stop, self.step)
        self._span(start, middle, LOOP)
        self._span(middle, stop, REST)

    def _span(self, start: str, stop: str, metadata: str) -> None:
        with self.code.loop(stop, start=start, metadata=metadata) as self.row:
            self._all(EACH)
            for i, slot in self.slots.items():
                value = self.values[self.sweep.body[i].args[0]]
                self._into(i, slot, value, self._dtype(i))

    def _blocks(self) -> None:
        """Add so many rows that float32 loses little, and their sums in float64."""
        code, rows = self.code, self.sweep.rows
        wide = {i: self._wide(i) for i in self.slots}
        sums = {i: self._slot(i, dtype) for i, dtype in wide.items()}
        with code.loop(str(rows), step=BLOCK) as start:
            for i, slot in self.slots.items():
                self._clear(i, slot, self._dtype(i))
            end = code.value(f"add nsw i64 {start}, {BLOCK}")
            stop = code.intrinsic("smin", "int64", end, str(rows))
            self._loop(start, stop)
            for i, slot in self.slots.items():
                dtype = self._dtype(i)
                part = code.value(f"load {TYPES[dtype]}, ptr {slot}")
                self._into(i, sums[i], cast(code, part, dtype, wide[i]), wide[i])
        for i, slot in sums.items():
            found = code.value(f"load {TYPES[wide[i]]}, ptr {slot}")
            self.values[i] = cast(code, found, wide[i], self._dtype(i))

    def _wide(self, i: int) -> str:
        is_sum = self.sweep.body[i].value == "add"
        dtype = self._dtype(i)
        return "float64" if is_sum and kind(dtype) == "float" else dtype

    def _into(self, i: int, slot: str, value: str, dtype: str) -> None:
        """Accumulate into a variable."""
        before = self.code.value(f"load {TYPES[dtype]}, ptr {slot}")
        how = str(self.sweep.body[i].value)
        after = combine(self.code, how, before, value, dtype)
        self.code.do(f"store {TYPES[dtype]} {after}, ptr {slot}")

    def _all(self, stage: int) -> None:
        for i in self.sweep.at(stage):
            each = self.sweep.body[i]
            if each.op != "total" and not (stage == AFTER and each.op == "store"):
                self._write(i, each)

    def _write(self, i: int, each: Statement) -> None:
        args = [self.values[a] for a in each.args]
        match each.op:
            case "store":
                group = GROUP if self.sweep.stages[i] == EACH else ""
                address = self._address(each)
                self.code.store(args[0], address, each.dtype, group=group)
            case "require":
                before = self.code.value(f"load i1, ptr {self.fine}")
                after = self.code.value(f"and i1 {before}, {args[0]}")
                self.code.do(f"store i1 {after}, ptr {self.fine}")
            case _:
                self.values[i] = self._value(each, args)

    def _value(self, each: Statement, args: list[str]) -> str:
        code = self.code
        match each.op:
            case "load":
                spot = each.value
                group = GROUP if isinstance(spot, Spot) and spot.stride else ""
                return code.load(self._address(each), each.dtype, group=group)
            case "constant":
                return constant(each.value, each.dtype)
            case "cast":
                return cast(code, args[0], self._dtype(each.args[0]), each.dtype)
            case "fold":
                return fold(code, str(each.value), args, self._dtype(each.args[0]))
            case _:
                dtype = self._dtype(each.args[-1])
                return emit_primitive(code, each.op, args, dtype)

    def _address(self, each: Statement) -> str:
        """Return the address of what is loaded or stored."""
        spot, place = each.value, self.row
        assert isinstance(spot, Spot)  # the value of every load and store
        if not spot.stride:
            place = str(spot.place)
        else:
            if spot.stride != 1:
                place = self.code.value(f"mul nsw i64 {place}, {spot.stride}")
            if spot.place:
                place = self.code.value(f"add nsw i64 {place}, {spot.place}")
        type_ = MEMORY[each.dtype]
        base = f"ptr %p{each.operand}"
        return self.code.value(f"getelementptr {type_}, {base}, i64 {place}")
