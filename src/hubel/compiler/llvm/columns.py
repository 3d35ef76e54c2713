"""Few columns written out one by one, so that rows go side by side through vectors."""

from __future__ import annotations

from collections import ChainMap

from hubel.compiler.kernel import ELEMENT, ONCE, Kernel, Statement
from hubel.compiler.llvm.primitives import LIBRARY
from hubel.compiler.llvm.reduce import fold
from hubel.compiler.llvm.scalar import BITS, GROUP, MASKED, PARALLEL, WIDE
from hubel.compiler.llvm.serial import is_serial
from hubel.compiler.llvm.space import Place
from hubel.compiler.llvm.statements import Frame, Statements

FEW = 6
"""So many columns are always written out."""

SEVERAL = 10
"""So many are where each element takes a function of the library."""


def columns_of(kernel: Kernel, *, brief: bool = False) -> int | None:
    """Return how many columns to write out, or None where loops along rows are faster.

    Where the text is to be ``brief``, only a few are written out.

    What loops along rows lose in reducing short rows and in the ends of vectors, rows
    side by side lose in sorting elements into columns and back.
    """
    count = kernel.columns
    if count is None or count <= FEW:
        return count
    if brief:
        return None
    if any(_reduces(kernel, each) for each in kernel.body):
        return count
    costly = any(each.op in LIBRARY for each in kernel.body)
    return count if costly and count <= SEVERAL else None


def _reduces(kernel: Kernel, each: Statement) -> bool:
    if each.op != "accumulate":
        return each.op == "reduce"
    pattern = kernel.operands[each.operand].pattern
    return pattern[-1] == "0" and kernel.levels[each.args[0]] == ELEMENT


def _mixes_widths(kernel: Kernel) -> bool:
    """Whether there is float32 and a wider dtype."""
    dtypes = {each.dtype for each in kernel.body}
    return "float32" in dtypes and any(BITS.get(dtype, 0) > 32 for dtype in dtypes)


def write_columns(statements: Statements, columns: int) -> None:
    """Write a kernel as a loop over rows, in which all else is straight-line code."""
    kernel = statements.kernel
    body, levels = kernel.body, kernel.levels
    first = {i for i, level in enumerate(levels) if level == ONCE and kernel.rank > 1}
    alone = all(each.op != "accumulate_at" for each in body)
    parallel = alone and not statements.sums.in_memory
    loops = WIDE if _mixes_widths(kernel) else MASKED
    loops = PARALLEL if is_serial(body) else loops
    group, metadata = (GROUP, loops) if parallel else ("", "")
    once = Frame({}, Place())
    statements.write_all(sorted(first), once)
    with statements.rows(metadata):
        row = Frame(ChainMap({}, once.values), Place(group=group))
        frames = [
            Frame(ChainMap({}, row.values), Place(str(j), j, group))
            for j in range(columns)
        ]
        for i, each in enumerate(body):
            if i in first:
                continue
            if statements.reduces(each):
                values = [frame.values[each.args[0]] for frame in frames]
                dtype, how = body[each.args[0]].dtype, str(each.value)
                statements.give(i, fold(statements.code, how, values, dtype), row)
                continue
            for frame in frames if levels[i] == ELEMENT else [row]:
                statements.write(i, frame)
