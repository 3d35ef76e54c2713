"""The text of a loop around the steps of a program.

``@hubel.loop`` reads a block of numbers: how many steps, where the rows to pick are,
where each array of entries begins, source and buffer of what is gathered, and where
each collected scalar goes. It gives the number of steps done.
"""

from __future__ import annotations

from hubel.compiler.llvm.program import Program
from hubel.compiler.loop import Loop
from hubel.errors import NativeError
from hubel.graph.node import Node

ENTRY, BLOCK = "hubel.loop", "hubel.loop.block"

_IR = {"float32": "float", "float64": "double"}

_IS_RUN = """\
define internal i1 @hubel.is_run(ptr %rows, i64 %count) {
start:
  %first = load i64, ptr %rows
  br label %test
test:
  %i = phi i64 [ 1, %start ], [ %next, %same ]
  %left = icmp slt i64 %i, %count
  br i1 %left, label %compare, label %yes
compare:
  %place = getelementptr i64, ptr %rows, i64 %i
  %found = load i64, ptr %place
  %wanted = add i64 %first, %i
  %is = icmp eq i64 %found, %wanted
  br i1 %is, label %same, label %no
same:
  %next = add i64 %i, 1
  br label %test
yes:
  ret i1 true
no:
  ret i1 false
}
"""
"""Whether each row is the one after the row before it."""

_PICK = """\
define internal ptr @hubel.pick{number}(ptr %rows, i1 %run, ptr %source, ptr %buffer) {{
start:
  %last = sub i64 {count}, 1
  br i1 %run, label %there, label %copy
there:
  %first = load i64, ptr %rows
  %at = mul i64 %first, {bytes}
  %place = getelementptr i8, ptr %source, i64 %at
  ret ptr %place
copy:
  %i = phi i64 [ 0, %start ], [ %next, %copied ]
  %row.place = getelementptr i64, ptr %rows, i64 %i
  %row = load i64, ptr %row.place
  %from.at = mul i64 %row, {bytes}
  %from = getelementptr i8, ptr %source, i64 %from.at
  %to.at = mul i64 %i, {bytes}
  %to = getelementptr i8, ptr %buffer, i64 %to.at
  %next = add nuw nsw i64 %i, 1
{copy}
  br label %copied
copied:
  %more = icmp slt i64 %next, {count}
  br i1 %more, label %copy, label %done
done:
  ret ptr %buffer
}}
"""
"""Where a batch is: in its source, or copied into a buffer."""

_SHORT_ROW = """\
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 {bytes}, i1 false)"""

_LONG_ROW = """\
  %after.i = call i64 @llvm.smin.i64(i64 %next, i64 %last)
  %after.place = getelementptr i64, ptr %rows, i64 %after.i
  %after.row = load i64, ptr %after.place
  %after.at = mul i64 %after.row, {bytes}
  %after = getelementptr i8, ptr %source, i64 %after.at
  br label %line
line:
  %o = phi i64 [ 0, %copy ], [ %o.next, %line ]
  %ahead = getelementptr i8, ptr %after, i64 %o
  call void @llvm.prefetch.p0(ptr %ahead, i32 0, i32 3, i32 1)
  %piece.from = getelementptr i8, ptr %from, i64 %o
  %piece = load <16 x i32>, ptr %piece.from, align 1
  %piece.to = getelementptr i8, ptr %to, i64 %o
  store <16 x i32> %piece, ptr %piece.to, align 1
  %o.next = add nuw nsw i64 %o, 64
  %o.more = icmp slt i64 %o.next, {lines}
  br i1 %o.more, label %line, label %rest
rest:
  %rest.from = getelementptr i8, ptr %from, i64 {lines}
  %rest.to = getelementptr i8, ptr %to, i64 {lines}
  call void @llvm.memcpy.p0.p0.i64(ptr %rest.to, ptr %rest.from, i64 {left}, i1 0)"""
"""The row after this one is fetched meanwhile: the machine does not know where it is.

Measured on rows of 12 KB from all over 126 MB: 120 us for 200 of them, not 169.
"""

LONG = 1024
"""Bytes of a row from which the next one is fetched ahead."""

_DECLARED = (
    "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
    "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)",
    "declare i64 @llvm.smin.i64(i64, i64)",
)


class LoopText:
    """The module of a program with a loop.

    Attributes
    ----------
    whole : str
        The text.
    words : int
        The length of the block.

    Raises
    ------
    NativeError
        If native code cannot do all of a step.
    """

    def __init__(self, program: Program, loop: Loop) -> None:
        self.program, self.loop = program, loop
        outputs = program.plan.graph.outputs
        self.kept = [outputs[name] for name in loop.collected]
        _refuse(program, loop)
        self.words = 0
        self.lines: list[str] = []
        module = program.module
        for declaration in _DECLARED:
            module.require(declaration)
        if loop.gathered:
            module.add(_IS_RUN)
        body = self._body()
        module.add(f"@{BLOCK} = global [{self.words} x i64] zeroinitializer")
        module.add(f"define i64 @{ENTRY}() {{\n{body}\n}}")
        self.whole = program.text

    # Pieces of text ---------------------------------------------------------------

    def _put(self, line: str) -> None:
        self.lines.append(f"  {line}")

    def _word(self, name: str, kind: str = "ptr") -> None:
        """Read the next word of the block."""
        at = f"getelementptr (i64, ptr @{BLOCK}, i64 {self.words})"
        self._put(f"%{name} = load {kind}, ptr {at}")
        self.words += 1

    def _entry(self, node: Node) -> str:
        """Write where the table holds the address of an input."""
        place = self.program.slots.place[node]
        return f"getelementptr (ptr, ptr @hubel.table, i64 {place})"

    def _address(self, name: str, node: Node) -> None:
        """Write where the value of a node lies."""
        place, offset = _memory(self.program, node)
        self._put(
            f"%{name}.base = load ptr, ptr getelementptr (ptr, ptr @hubel.table, "
            f"i64 {place})"
        )
        self._put(f"%{name} = getelementptr i8, ptr %{name}.base, i64 {offset}")

    # The loop ---------------------------------------------------------------------

    def _body(self) -> str:
        self.lines.append("start:")
        self._read_block()
        self._put("store i64 0, ptr @hubel.status")
        self._put("br label %step")
        self.lines.append("step:")
        self._put("%i = phi i64 [ 0, %start ], [ %next, %step ]")
        self._gather()
        self._take_entries()
        for stretch in self.program.stretches:
            self._put(f"call i64 @{stretch.name}()")
        self._collect()  # before what it reads may change
        self._carry()
        self._end_step()
        return "\n".join(self.lines)

    def _read_block(self) -> None:
        self._word("steps", "i64")
        self._word("order")
        for number in range(len(self.loop.stepped)):
            self._word(f"stepped{number}")
        for number in range(len(self.loop.gathered)):
            self._word(f"source{number}")
            self._word(f"buffer{number}")
        for number in range(len(self.loop.collected)):
            self._word(f"kept{number}")

    def _gather(self) -> None:
        """Let the table say where the batch is."""
        if not self.loop.gathered:
            return
        count = self.loop.batch
        self._put(f"%rows.at = mul i64 %i, {count}")
        self._put("%rows = getelementptr i64, ptr %order, i64 %rows.at")
        self._put(f"%run = call i1 @hubel.is_run(ptr %rows, i64 {count})")
        for number, name in enumerate(self.loop.gathered):
            node = self.program.plan.graph.inputs[name]
            self.program.module.add(_pick(number, node.nbytes // count, count))
            self._put(
                f"%batch{number} = call ptr @hubel.pick{number}(ptr %rows, i1 %run, "
                f"ptr %source{number}, ptr %buffer{number})"
            )
            self._put(f"store ptr %batch{number}, ptr {self._entry(node)}")

    def _take_entries(self) -> None:
        """Let the table say where the entries of this step are."""
        for number, name in enumerate(self.loop.stepped):
            node = self.program.plan.graph.inputs[name]
            at, entry = f"%entry{number}.at", f"%entry{number}"
            self._put(f"{at} = mul i64 %i, {node.nbytes}")
            self._put(f"{entry} = getelementptr i8, ptr %stepped{number}, i64 {at}")
            self._put(f"store ptr {entry}, ptr {self._entry(node)}")

    def _carry(self) -> None:
        """Copy what a step computed elsewhere to where the next one reads it."""
        graph = self.program.plan.graph
        for number, (output, name) in enumerate(self.loop.carried.items()):
            node, given = graph.outputs[output], graph.inputs[name]
            place, offset = _memory(self.program, node)
            if (place, offset) == (self.program.slots.place[given], 0):
                continue
            self._address(f"new{number}", node)
            self._put(f"%old{number} = load ptr, ptr {self._entry(given)}")
            self._put(
                f"call void @llvm.memcpy.p0.p0.i64(ptr %old{number}, "
                f"ptr %new{number}, i64 {given.nbytes}, i1 false)"
            )

    def _collect(self) -> None:
        """Keep the scalars of this step."""
        for number, node in enumerate(self.kept):
            size = node.dtype.itemsize
            self._address(f"scalar{number}", node)
            self._put(f"%scalar{number}.bits = load i{8 * size}, ptr %scalar{number}")
            self._put(f"%kept{number}.at = mul i64 %i, {size}")
            self._put(
                f"%kept{number}.place = getelementptr i8, ptr %kept{number}, "
                f"i64 %kept{number}.at"
            )
            self._put(
                f"store i{8 * size} %scalar{number}.bits, ptr %kept{number}.place"
            )

    def _end_step(self) -> None:
        """End after the last step, one that failed, or a loss that is not finite."""
        self._put("%next = add nuw nsw i64 %i, 1")
        self._put("%left = icmp slt i64 %next, %steps")
        self._put("%status = load i64, ptr @hubel.status")
        self._put("%fine = icmp eq i64 %status, 0")
        self._put("%both = and i1 %left, %fine")
        going = "%both"
        watched = self.kept[:1]
        if watched and watched[0].dtype.kind == "f":
            kind = _IR[watched[0].dtype.name]
            self._put(f"%loss = load {kind}, ptr %scalar0")
            self._put(f"%loss.zero = fsub {kind} %loss, %loss")
            self._put(f"%finite = fcmp oeq {kind} %loss.zero, 0.0")
            self._put("%all = and i1 %both, %finite")
            going = "%all"
        self._put(f"br i1 {going}, label %step, label %end")
        self.lines.append("end:")
        self._put("ret i64 %next")


def _pick(number: int, size: int, count: int) -> str:
    """Write the function that finds so many rows of so many bytes."""
    row = _LONG_ROW if size >= LONG else _SHORT_ROW
    copy = row.format(bytes=size, lines=size // 64 * 64, left=size % 64)
    return _PICK.format(number=number, bytes=size, count=count, copy=copy)


def _memory(program: Program, node: Node) -> tuple[int, int]:
    """Return which address of the table a value is at, and how many bytes from it."""
    plan = program.plan
    home = plan.homes.get(node)
    if home is not None and home.base is not None:
        return program.slots.place[home.base], 0
    where = plan.locations[node]
    offset = where.offset * node.dtype.itemsize
    home = plan.homes.get(where.root)
    if home is not None and home.kind == "arena":
        return 0, home.offset + offset
    root = where.root if home is None or home.base is None else home.base
    return program.slots.place[root], offset


def _refuse(program: Program, loop: Loop) -> None:
    """Refuse a step that native code cannot do whole."""
    plan = program.plan
    if not program.is_whole:
        raise NativeError("a step needs NumPy")
    if any(home.kind == "fresh" for home in plan.homes.values()):
        raise NativeError("a step makes new arrays")
    for name in loop.gathered:
        node = plan.graph.inputs[name]
        if not node.shape or not node.size:
            raise NativeError(f"{name} has no rows")
    for output, given in loop.carried.items():
        _refuse_tangle(program, loop, plan.graph.outputs[output], given)
    for node in loop.kept:
        if node.dtype.name not in _IR and node.dtype.kind not in "iub":
            raise NativeError(f"a {node.dtype} is not collected")


def _refuse_tangle(program: Program, loop: Loop, node: Node, given: str) -> None:
    """Refuse a carried value that is another one's old value, or in an odd order."""
    plan = program.plan
    where = plan.locations[node]
    own = plan.graph.inputs[given]
    if where.root.is_leaf and where.root is not own and node not in plan.homes:
        others = [plan.graph.inputs[name] for name in loop.carried.values()]
        if any(where.root is each for each in others):
            raise NativeError(f"{given} becomes what another carried value was")
    if where.root is not node and node not in plan.homes:
        dense = plan.locations[own].strides
        same = all(
            n == 1 or a == b
            for n, a, b in zip(node.shape, where.strides, dense, strict=True)
        )
        if not same:
            raise NativeError(f"{given} is not in C's order")
