"""Work: how many operations a step of a native plan does, and how many bytes it moves.

An operation is one instruction on numbers, such as an addition, a comparison or a
choice; a fused multiply-add is two. Functions such as tanh count as what their text in
`hubel.compiler.llvm.math` does.
"""

from __future__ import annotations

import math as mathematics
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from hubel.compiler.kernel import ELEMENT, ONCE, Statement
from hubel.compiler.llvm import math
from hubel.compiler.llvm.primitives import LIBRARY
from hubel.compiler.llvm.scalar import suffix
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import HostCall, ProductCall, Step
from hubel.compiler.sweep import EACH, Sweep
from hubel.compiler.timed import Work, float_of, work_of_gate

FREE = frozenset({"load", "load_at", "constant", "index", "cast", "store", "require"})
"""What moves numbers, or only names them."""

_INSTRUCTION = re.compile(
    r"= (?:tail call|call|fadd|fsub|fmul|fdiv|fneg|fcmp|icmp|select|add|sub|mul|and|or"
    r"|xor|shl|lshr|ashr)\b[^\n]*"
)


def work_of(step: Step) -> Work:
    """Count the work of a step."""
    if isinstance(step, KernelCall):
        return _of_kernel(step)
    if isinstance(step, ProductCall):
        elements = step.m * step.k + step.k * step.n + step.m * step.n
        dtype = step.node.dtype
        return Work(
            2.0 * step.m * step.n * step.k, elements * dtype.itemsize, dtype.name
        )
    if isinstance(step, HostCall):
        return work_of_gate(step.node)
    return _of_sweep(step)


def _of_kernel(call: KernelCall) -> Work:
    """Count each statement as often as its level has it computed."""
    kernel, space = call.kernel, call.space
    times = {ONCE: 1, ELEMENT: mathematics.prod(space)}
    counted: Counter[str] = Counter()
    for each, level in zip(kernel.body, kernel.levels, strict=True):
        inside = ELEMENT if each.op in ("reduce", "accumulate") else level
        often = times.get(inside, mathematics.prod(space[:-1]))
        counted[float_of(_dtype(kernel.body, each))] += often * cost(kernel.body, each)
    return _work(counted, sum(_moved(call, i) for i in range(len(call.arrays))))


def _of_sweep(sweep: Sweep) -> Work:
    """Count what is done once, and what is done for each row."""
    counted: Counter[str] = Counter()
    for each, stage in zip(sweep.body, sweep.stages, strict=True):
        often = sweep.rows if stage == EACH or each.op == "total" else 1
        counted[float_of(_dtype(sweep.body, each))] += often * cost(sweep.body, each)
    return _work(counted, sum(node.nbytes for node in sweep.arrays))


def _work(counted: Counter[str], nbytes: int) -> Work:
    """Return the sum, and the dtype that has most of it."""
    dtype = max(counted, key=lambda name: counted[name], default="float32")
    return Work(float(counted.total()), nbytes, dtype)


def cost(body: Sequence[Statement], each: Statement) -> int:
    """Return the operations of a statement of a body."""
    if each.op in FREE:
        return 0
    if each.op == "fold":
        return len(each.args) - 1
    dtype = _dtype(body, each)
    if each.op in LIBRARY and dtype.startswith("float"):
        return cost_of_function(f"{each.op}.{suffix(dtype)}")
    return 1


def _dtype(body: Sequence[Statement], each: Statement) -> str:
    """Return the dtype that a statement computes in: that of what it is given."""
    return body[each.args[-1]].dtype if each.args else each.dtype


@cache
def cost_of_function(name: str) -> int:
    """Count the operations in the text of an elementary function.

    Examples
    --------
    >>> cost_of_function("sqrt.f32"), 10 < cost_of_function("exp.f32") < 40
    (1, True)
    """
    lines = _INSTRUCTION.findall(math.source({name}))
    return sum(2 if "@llvm.fm" in line else 1 for line in lines)


def _moved(call: KernelCall, number: int) -> int:
    """Return the bytes of an operand that a kernel reads and writes."""
    operand, array = call.kernel.operands[number], call.arrays[number]
    effects = [s.is_effect for s in call.kernel.body if s.operand == number]
    ways = (True in effects) + (False in effects)
    if len(operand.pattern) > len(call.space):  # its last indices are computed
        picked = mathematics.prod(call.space) * array.root.dtype.itemsize
        return ways * min(picked, array.root.nbytes)
    letters = zip(operand.pattern, call.space, strict=True)
    elements = mathematics.prod(n for letter, n in letters if letter != "0")
    return ways * min(elements, array.root.size) * array.root.dtype.itemsize
