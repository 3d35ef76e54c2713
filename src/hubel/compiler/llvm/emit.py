"""From a kernel to the text of an LLVM function.

The function takes the operands' addresses, scratch memory, the address of a status
word, the extents of the axes and the strides that the operands' patterns leave open,
in elements. What `Kernel` says about the order of statements holds for it, with these
liberties: a product and a sum may be rounded once, and float reductions add and
multiply in any order.
"""

from __future__ import annotations

from hubel.compiler.kernel import Kernel
from hubel.compiler.llvm.accumulate import Accumulators
from hubel.compiler.llvm.columns import columns_of, write_columns
from hubel.compiler.llvm.rows import write_rows
from hubel.compiler.llvm.scalar import Code
from hubel.compiler.llvm.space import Space, strides
from hubel.compiler.llvm.statements import Statements
from hubel.compiler.phases import find_phases


def scratch_rows(kernel: Kernel) -> int:
    """Return how many rows of scratch memory a kernel needs.

    A row has 8 bytes for each element of the inner axis, rounded up to 64 bytes.
    """
    return len(find_phases(kernel).scratch) if kernel.rank else 0


def parameters(kernel: Kernel) -> list[str]:
    """List the parameters of a kernel's function, as LLVM text.

    Examples
    --------
    >>> from hubel.compiler.kernel import Operand
    >>> parameters(Kernel(1, (Operand("float32", "s"),), ()))[:2]
    ['ptr noalias readonly %p0', 'ptr noalias %scratch']
    >>> parameters(Kernel(1, (Operand("float32", "s"),), ()))[2:]
    ['ptr noalias %status', 'i64 %n0', 'i64 %s0_0']
    """
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
        Whether each operation is rounded on its own and sums go in order, as the kernel
        has them.

    Returns
    -------
    str
        An internal function. `hubel.compiler.llvm.module.Module` adds what it calls.

    Raises
    ------
    NativeError
        If a primitive has no native form for its dtype.
    """
    return write_kernel(kernel, Code(strict=strict))


def write_kernel(kernel: Kernel, code: Code) -> str:
    """Write the function of a kernel by means of an empty `Code`."""
    _write_body(kernel, code)
    given = ", ".join(parameters(kernel))
    # Where it is called often, a copy for each call would take long to compile.
    name = function_name(kernel)
    head = f"define internal void {name}({given}) noinline nounwind"
    return f"{head} {{\n{code.text}\n}}\n"


def _write_body(kernel: Kernel, code: Code) -> None:
    """Write everything between the braces."""
    fine = ""
    if any(each.op == "require" for each in kernel.body):
        fine = code.slot("i1")
        code.do(f"store i1 true, ptr {fine}")
    space = Space(kernel, code)
    columns = columns_of(kernel, brief=code.brief)
    sums = Accumulators(kernel, code, space, columns)
    statements = Statements(kernel, code, space, sums, fine)
    if columns is None:
        write_rows(statements)
    else:
        write_columns(statements, columns)
    sums.finish()
    if fine:
        _report(code, fine)


def _report(code: Code, fine: str) -> None:
    """Set the status if what was required did not hold."""
    held = code.value(f"load i1, ptr {fine}")
    failed = code.value(f"xor i1 {held}, true")
    bad = code.value(f"zext i1 {failed} to i64")
    before = code.value("load i64, ptr %status")
    code.do(f"store i64 {code.value(f'or i64 {before}, {bad}')}, ptr %status")
