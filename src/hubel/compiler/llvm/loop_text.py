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
  br i1 %run, label %there, label %copy
there:
  %first = load i64, ptr %rows
  %at = mul i64 %first, {bytes}
  %place = getelementptr i8, ptr %source, i64 %at
  ret ptr %place
copy:
  %i = phi i64 [ 0, %start ], [ %next, %copy ]
  %row.place = getelementptr i64, ptr %rows, i64 %i
  %row = load i64, ptr %row.place
  %from.at = mul i64 %row, {bytes}
  %from = getelementptr i8, ptr %source, i64 %from.at
  %to.at = mul i64 %i, {bytes}
  %to = getelementptr i8, ptr %buffer, i64 %to.at
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 {bytes}, i1 false)
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, {count}
  br i1 %more, label %copy, label %done
done:
  ret ptr %buffer
}}
"""
"""Where a batch is: in its source, or copied into a buffer."""

_MEMCPY = "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"


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
        module.require(_MEMCPY)
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
            text = _PICK.format(number=number, bytes=node.nbytes // count, count=count)
            self.program.module.add(text)
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
