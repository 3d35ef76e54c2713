"""A native plan as the text of one module.

The module reads a control block: the addresses of the array objects of a call, then its
numbers. ``@hubel.enter`` looks the arrays over and writes where their data lie into a
table; a function for each stretch of native steps does the work from there. Python's
steps come in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.llvm import gemm, pool
from hubel.compiler.llvm.arrays import TEXT as ON_ARRAYS
from hubel.compiler.llvm.blas import Product, find_product
from hubel.compiler.llvm.brief import find_brief
from hubel.compiler.llvm.module import Module
from hubel.compiler.llvm.partials import blocks_text, join_text
from hubel.compiler.llvm.scalar import Code
from hubel.compiler.llvm.share import Cut, find_cut, find_rows, part_text
from hubel.compiler.llvm.small import SmallProduct, fits, is_faster
from hubel.compiler.llvm.sweep import write_sweep
from hubel.compiler.llvm.target import host
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import HostCall, NativePlan, ProductCall, Step
from hubel.compiler.openblas import find_pool
from hubel.compiler.sweep import Sweep
from hubel.errors import NativeError
from hubel.graph.node import CONSTANT, Node

UNUSABLE = -1
"""What ``@hubel.enter`` gives when it cannot use an array as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Steps in a row that native code does, or one that Python does.

    Attributes
    ----------
    name : str
        The function of native steps; empty for a step of Python's.
    steps : tuple of Step
    """

    name: str
    steps: tuple[Step, ...]


class Slots:
    """What lies where in the control block and in the table of addresses.

    Attributes
    ----------
    arrays : list of Node
        Inputs that are arrays, then fresh outputs: whose objects the block names.
    numbers : list of Node
        Inputs that are Python's numbers: float64 and int64 in the block.
    constants : list of Node
        Arrays that never change.
    """

    def __init__(self, plan: NativePlan) -> None:
        inputs = list(plan.graph.inputs.values())
        self.numbers = [n for n in inputs if is_number(n)]
        self.arrays = [n for n in inputs if not is_number(n)]
        self.inputs = len(self.arrays)
        self.arrays += [n for n, home in plan.homes.items() if home.kind == "fresh"]
        self.constants = [n for n in plan.graph.nodes if n.gate is CONSTANT]
        written = {home.base for home in plan.homes.values() if home.base is not None}
        self.written = [n in written for n in self.arrays]
        order = [*self.arrays, *self.numbers, *self.constants]
        self.place = {node: i + 1 for i, node in enumerate(order)}
        self.count = len(order) + 1


def is_number(node: Node) -> bool:
    """Whether an input is one of Python's numbers that the control block can hold."""
    return node.weak and node.dtype.name in ("float64", "int64")


_ARRAYS = """start:
  br label %arrays
arrays:
  %i = phi i64 [ 0, %start ], [ %next, %fine ]
  %more = icmp ult i64 %i, {count}
  br i1 %more, label %look, label %go
look:
  %at = getelementptr i64, ptr @hubel.control, i64 %i
  %object = load i64, ptr %at
  %written.at = getelementptr i8, ptr @hubel.written, i64 %i
  %written = load i8, ptr %written.at
  %writes = icmp ne i8 %written, 0
  %usable = call i1 @hubel.usable(i64 %object, i1 %writes)
  br i1 %usable, label %fine, label %stop
stop:
  ret i64 {unusable}
fine:
  %next = add i64 %i, 1
  %data = call ptr @hubel.data(i64 %object)
  %entry = getelementptr ptr, ptr @hubel.table, i64 %next
  store ptr %data, ptr %entry
  br label %arrays
go:"""
"""Looks the arrays over one by one: many of them in a row take long to compile."""


class Program:
    """The text of a plan's module and the names in it.

    Parameters
    ----------
    plan : NativePlan
    strict : bool
        Whether each operation is rounded on its own.
    apart : bool
        Whether each step is a stretch of its own, to be called by itself.

    Attributes
    ----------
    slots : Slots
    stretches : list of Stretch
    products : set of Product
        What has to be there when the module is loaded.
    """

    def __init__(
        self, plan: NativePlan, *, strict: bool = False, apart: bool = False
    ) -> None:
        self.plan, self.slots, self.apart = plan, Slots(plan), apart
        self.brief = find_brief(plan)
        self.module = Module(strict=strict, brief=self.brief.kernels)
        self.products: dict[str, Product] = {}
        self.small: dict[str, SmallProduct] = {}
        self.own: list[gemm.OwnProduct] = []
        self.module.add(ON_ARRAYS)
        self.stretches: list[Stretch] = []
        alone = [(step,) for step in plan.steps]
        for steps in alone if apart else _stretches(plan.steps):
            self._stretch(steps)
        self._globals()
        self._enter()

    @property
    def text(self) -> str:
        """The text of the module."""
        return self.module.text()

    def _globals(self) -> None:
        slots = self.slots
        block = max(len(slots.arrays) + len(slots.numbers), 1)
        self.module.add(
            f"@hubel.control = global [{block} x i64] zeroinitializer\n"
            f"@hubel.table = global [{slots.count} x ptr] zeroinitializer, align 64\n"
            "@hubel.status = global i64 0"
        )
        for small in self.small.values():
            text, around = small.text()
            self.module.add(text)
            for each in around:
                self.module.require(each)
        for product in self.products.values():
            self.module.add(product.declare())
        if self.own:
            self.module.add(gemm.declarations(self.own))

    def _enter(self) -> None:
        """Write the entry, which goes on with the work if Python has no part in it."""
        slots = self.slots
        written = "".join(f"\\{writes:02d}" for writes in slots.written)
        count = len(slots.arrays)
        self.module.add(
            f'@hubel.written = internal constant [{count} x i8] c"{written}"'
        )
        lines = [_ARRAYS.format(count=count, unusable=UNUSABLE)]
        for i in range(count, count + len(slots.numbers)):
            number = f"getelementptr (i64, ptr @hubel.control, i64 {i})"
            lines.append(f"  store ptr {number}, ptr {_entry(i + 1)}")
        lines.append("  store i64 0, ptr @hubel.status")
        if self.is_whole:
            lines += [f"  call i64 @{each.name}()" for each in self.stretches]
            lines.append("  %status = load i64, ptr @hubel.status")
            lines.append("  ret i64 %status")
        else:
            lines.append("  ret i64 0")
        body = "\n".join(lines)
        self.module.add(f"define i64 @hubel.enter() {{\n{body}\n}}")

    @property
    def is_whole(self) -> bool:
        """Whether the entry does every step, with no call from Python between."""
        return not self.apart and all(each.name for each in self.stretches)

    def _stretch(self, steps: tuple[Step, ...]) -> None:
        if isinstance(steps[0], HostCall):
            self.stretches.append(Stretch("", steps))
            return
        name = f"hubel.stretch{len(self.stretches)}"
        self.stretches.append(Stretch(name, steps))
        lines = _Lines()
        for step in steps:
            number = self.plan.steps.index(step)
            if isinstance(step, KernelCall):
                self._kernel(step, number, lines)
                if _requires(step) and step is not steps[-1]:
                    lines.stop_if_wrong(number)
            elif isinstance(step, ProductCall):
                self._product(step, number, lines)
            elif isinstance(step, Sweep):
                self._sweep(step, lines)
        lines.put("%status = load i64, ptr @hubel.status")
        lines.put("ret i64 %status")
        self.module.add(f"define i64 @{name}() {{\n{lines.text}\n}}")

    def _kernel(self, call: KernelCall, number: int, lines: _Lines) -> None:
        place = lines.at(lines.base(0), self.plan.scratch.get(number, 0))
        cut = find_cut(call)
        if cut is None:
            lines.put(self._call(call, self._operands(call, lines), place))
            return
        name = f"hubel.part{number}"
        self.module.add(self._part(call, cut, name))
        if cut.totals.partials:
            self._join(call, cut, name, place, lines)
        else:
            self._share(name, cut.points, cut.grain, place, lines)

    def _join(
        self, call: KernelCall, cut: Cut, name: str, scratch: str, lines: _Lines
    ) -> None:
        """Do a kernel's blocks, each with its own totals, and join these."""
        totals = cut.totals
        self.module.add(blocks_text(name, cut.points, cut.grain, totals))
        self._share(name, cut.blocks, 1, scratch, lines)
        operands = [each.operand for each in totals.partials]
        dtypes = [call.kernel.operands[i].dtype for i in operands]
        code = Code(strict=self.module.strict)
        self.module.add(join_text(name, cut.blocks, totals, dtypes, code))
        self.module.use(code)
        places = self._operands(call, lines)
        given = ", ".join(f"ptr {places[i]}" for i in operands)
        lines.put(f"call void @{name}.join({given})")

    def _part(self, call: KernelCall, cut: Cut, name: str) -> str:
        """Write the function that does a part of a kernel's first axis."""
        lines = _Lines()
        lines.put("%count = sub i64 %end, %begin")
        places = self._operands(call, lines)
        for i, step in enumerate(cut.steps):
            if step:
                lines.put(f"%far{i} = mul i64 %begin, {step}")
                lines.put(f"%p{i} = getelementptr i8, ptr {places[i]}, i64 %far{i}")
                places[i] = f"%p{i}"
        for each in cut.totals.partials:
            place = f"%sums{each.operand}"
            lines.put(f"{place} = getelementptr i8, ptr %sums, i64 {each.place}")
            places[each.operand] = place
        requires = _requires(call)
        text = self._call(call, places, "%scratch", "%count", _status(requires))
        if not cut.totals.partials:
            return part_text(name, lines.text, text, requires)
        return part_text(f"{name}.block", lines.text, text, requires, ", ptr %sums")

    def _operands(self, call: KernelCall, lines: _Lines) -> list[str]:
        """Write where the operands of a kernel are."""
        found: list[str] = []
        for array in call.arrays:
            offset = array.offset * array.root.dtype.itemsize
            found.append(self._address(array.root, offset, lines))
        return found

    def _call(
        self,
        call: KernelCall,
        places: list[str],
        scratch: str,
        first: str = "",
        status: str = "@hubel.status",
    ) -> str:
        """Write the call of a kernel, or of a part with another first extent."""
        kernel = call.kernel
        name = self.module.kernel(kernel)
        words = [f"ptr {place}" for place in (*places, scratch, status)]
        words += [f"i64 {first or extent}" for extent in call.space[:1]]
        words += [f"i64 {extent}" for extent in call.space[1:]]
        for operand, array in zip(kernel.operands, call.arrays, strict=True):
            letters = zip(operand.pattern, array.strides, strict=True)
            words += [f"i64 {stride}" for letter, stride in letters if letter == "s"]
        return f"call void {name}({', '.join(words)})"

    def _product(self, call: ProductCall, number: int, lines: _Lines) -> None:
        dtype = call.node.dtype.name
        turned = call.left.turned, call.right.turned
        rows = call.left.stride, call.right.stride, call.n
        extents = call.m, call.n, call.k
        shape = gemm.Shape(self._rounded(dtype), extents, rows, turned)
        is_minor = call in self.brief.products and find_product(dtype) is not None
        small = None if is_minor else _small(call)
        own = None
        if not is_minor and (small is None or gemm.has_few(shape)):
            own = gemm.choose(shape)
        if own is not None:
            self._own(call, own, number, lines)
            return
        a, b, out = self._matrices(call, lines)
        if small is not None:
            self.small[small.name] = small
            count = call.k if turned[0] else call.m
            lines.put(small.call(out, a, b, count))
            return
        product = require_product(dtype)
        self.products[dtype] = product
        lines.put(
            product.call(a, b, out, extents=extents, rows=rows, transposed=turned)
        )

    def _rounded(self, dtype: str) -> str:
        """Return what numbers of products may be rounded to."""
        return self.plan.precision if dtype == "float32" else dtype

    def _matrices(self, call: ProductCall, lines: _Lines) -> tuple[str, str, str]:
        """Write where A, B and C of a product are."""
        size = call.node.dtype.itemsize
        home = self.plan.locations[call.node]
        out = self._address(home.root, (home.offset + call.offset) * size, lines)
        a = self._address(call.left.root, call.left.offset * size, lines)
        return a, self._address(call.right.root, call.right.offset * size, lines), out

    def _own(
        self, call: ProductCall, own: gemm.OwnProduct, number: int, lines: _Lines
    ) -> None:
        """Write a product by code of our own, by all threads where that is worth it."""
        self.own.append(own)
        parts = gemm.find_parts(own, pool.SCRATCH)
        if parts is None:
            lines.put(own.call(*self._matrices(call, lines), gemm.SCRATCH))
            return
        name, inside = f"hubel.product{number}", _Lines()
        matrices = self._matrices(call, inside)
        self.module.require(gemm.NEEDED)
        self.module.add(part_text(name, inside.text, parts.lines(*matrices), False))
        self._share(name, parts.points, parts.grain, gemm.SCRATCH, lines)

    def _sweep(self, sweep: Sweep, lines: _Lines) -> None:
        rows = find_rows(sweep)
        code, wide = Code(strict=self.module.strict), host().vector_bytes
        text = write_sweep(sweep, "@hubel.sweep", code, wide, part=bool(rows))
        self.module.use(code)
        self.module.add(text)
        if not rows:
            lines.put(self._call_sweep(sweep, lines))
            return
        part = _Lines()
        requires = _requires(sweep)
        bounds = "i64 %begin", "i64 %end"
        call = self._call_sweep(sweep, part, _status(requires), *bounds)
        self.module.add(part_text("hubel.rows", part.text, call, requires))
        self._share("hubel.rows", sweep.rows, rows, "null", lines)

    def _call_sweep(
        self, sweep: Sweep, lines: _Lines, status: str = "@hubel.status", *rest: str
    ) -> str:
        words = [f"ptr {self._address(node, 0, lines)}" for node in sweep.arrays]
        return f"call void @hubel.sweep({', '.join([*words, f'ptr {status}', *rest])})"

    def _share(
        self, name: str, points: int, grain: int, scratch: str, lines: _Lines
    ) -> None:
        """Write the call of a function that does parts, by all threads there are."""
        pool.require()
        self.module.require(pool.PARALLEL)
        given = f"ptr @{name}, i64 {points}, i64 {grain}, ptr {scratch}"
        lines.put(f"call void @hubel.parallel({given})")

    def _address(self, root: Node, offset: int, lines: _Lines) -> str:
        """Write where the memory of a node is, so many bytes from its start."""
        home = self.plan.homes.get(root)
        if home is not None and home.kind == "arena":
            return lines.at(lines.base(0), home.offset + offset)
        if home is not None and home.base is not None:
            root = home.base
        return lines.at(lines.base(self.slots.place[root]), offset)


def _stretches(steps: tuple[Step, ...]) -> list[tuple[Step, ...]]:
    """Cut the steps where Python has to do one."""
    found: list[tuple[Step, ...]] = []
    run: list[Step] = []
    for step in steps:
        if isinstance(step, HostCall):
            if run:
                found.append(tuple(run))
            run = []
            found.append((step,))
        else:
            run.append(step)
    if run:
        found.append(tuple(run))
    return found


def _small(call: ProductCall) -> SmallProduct | None:
    """Return code of our own for a product, if it is small enough."""
    turned = call.left.turned, call.right.turned
    extents: tuple[int | None, int | None, int | None]
    extents = (None, call.n, call.k) if not turned[0] else (call.m, call.n, None)
    packed = call.left.stride == (call.m if turned[0] else call.k)
    packed = packed and call.right.stride == (call.k if turned[1] else call.n)
    if not packed or not fits(extents, turned):
        return None
    library = find_pool()
    if not is_faster((call.m, call.n, call.k), library.get() if library else 1):
        return None
    dtype = call.node.dtype.name
    return SmallProduct(dtype, extents, turned, vector_bytes=host().vector_bytes)


def require_product(dtype: str) -> Product:
    """Return BLAS's product of a dtype."""
    found = find_product(dtype)
    if found is None:
        raise NativeError(
            f"no BLAS with a product of {dtype} was found",
            remedy="plans with large products run on NumPy here",
        )
    return found


def _requires(step: KernelCall | Sweep) -> bool:
    """Whether a step can find that its inputs are wrong."""
    body = step.body if isinstance(step, Sweep) else step.kernel.body
    return any(each.op == "require" for each in body)


def _status(requires: bool) -> str:
    """Write where a part reports; `part_text` has a place of its own for it."""
    return "%status" if requires else "@hubel.status"


def _entry(i: int) -> str:
    return f"getelementptr (ptr, ptr @hubel.table, i64 {i})"


class _Lines:
    """The lines of a function; addresses are read from the table once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bases: dict[int, str] = {}
        self.places: dict[tuple[str, int], str] = {}

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    def put(self, line: str) -> None:
        """Append an instruction."""
        self.lines.append(f"  {line}")

    def stop_if_wrong(self, number: int) -> None:
        """Return if a step's inputs are wrong: donated arrays are not written then."""
        self.put(f"%status{number} = load i64, ptr @hubel.status")
        self.put(f"%fine{number} = icmp eq i64 %status{number}, 0")
        self.put(f"br i1 %fine{number}, label %go{number}, label %stop{number}")
        self.lines.append(f"stop{number}:\n  ret i64 %status{number}\ngo{number}:")

    def base(self, i: int) -> str:
        """Write an address of the table."""
        if i not in self.bases:
            self.bases[i] = f"%b{i}"
            self.put(f"%b{i} = load ptr, ptr {_entry(i)}")
        return self.bases[i]

    def at(self, base: str, offset: int) -> str:
        """Write the address so many bytes further on."""
        if not offset:
            return base
        key = base, offset
        if key not in self.places:
            self.places[key] = f"%a{len(self.places)}"
            self.put(f"{self.places[key]} = getelementptr i8, ptr {base}, i64 {offset}")
        return self.places[key]
