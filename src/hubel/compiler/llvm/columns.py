"""Few columns written out one by one, so that rows go side by side through vectors."""

from __future__ import annotations

from collections import ChainMap

from hubel.compiler.kernel import ELEMENT, ONCE, Kernel
from hubel.compiler.llvm.reduce import fold
from hubel.compiler.llvm.scalar import GROUP
from hubel.compiler.llvm.space import Place
from hubel.compiler.llvm.statements import Frame, Statements


def dense_strides(kernel: Kernel, columns: int) -> dict[tuple[int, int], int]:
    """Return what the strides of the rows are where rows follow each other closely.

    Vector code for these strides loads whole vectors and shuffles them, which is many
    times faster than it is to collect elements one by one.
    """
    axis, found = kernel.rank - 2, dict[tuple[int, int], int]()
    for k, operand in enumerate(kernel.operands):
        pattern = operand.pattern
        plain = axis >= 0 and len(pattern) == kernel.rank and pattern[-1] in "01"
        if plain and pattern[axis] == "s":
            found[k, axis] = columns if pattern[-1] == "1" else 1
    return found


def write_columns(statements: Statements, columns: int) -> None:
    """Write a kernel as a loop over rows, in which all else is straight-line code."""
    kernel = statements.kernel
    body, levels = kernel.body, kernel.levels
    first = {i for i, level in enumerate(levels) if level == ONCE and kernel.rank > 1}
    alone = all(each.op != "accumulate_at" for each in body)
    parallel = alone and not statements.sums.in_memory
    group = GROUP if parallel else ""
    once = Frame({}, Place())
    statements.write_all(sorted(first), once)
    with statements.rows(parallel=parallel):
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
