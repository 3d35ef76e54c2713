"""Listings: what a plan becomes, from its steps down to the machine's instructions."""

from __future__ import annotations

from functools import cached_property

from hubel.compiler.llvm import jit
from hubel.compiler.llvm.available import reason
from hubel.compiler.llvm.brief import find_brief
from hubel.compiler.llvm.module import Module
from hubel.compiler.llvm.program import Program
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import NativePlan, make_native_plan
from hubel.compiler.plan import Plan
from hubel.errors import NativeError, OptionError


class Listing:
    """The texts of a plan as native code.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    plan : NativePlan
        Steps and memory as data.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan: NativePlan = make_native_plan(
            plan.graph, plan.writes, plan.precision
        )

    def describe(self, *, kernels: bool = False) -> str:
        """Write steps, buffers and bytes; with ``kernels`` their bodies too."""
        return self.plan.describe(bodies=kernels)

    def llvm(self, step: int | None = None) -> str:
        """Write LLVM's text of the module, or of one step's kernel alone.

        Raises
        ------
        NativeError
            If no native code can be made here; the message says why.
        OptionError
            If the step is not there or is no kernel.
        """
        if problem := reason():
            raise NativeError(
                f"no native code can be made here: {problem}",
                remedy="describe(kernels=True) shows the kernels without LLVM.",
            )
        return self._module if step is None else self._kernel(step)

    def assembly(self, step: int | None = None) -> str:
        """Write the machine's instructions for what `llvm` gives; the same errors."""
        return jit.assembly(self.llvm(step))

    def __str__(self) -> str:
        return self.describe()

    __repr__ = __str__

    @cached_property
    def _module(self) -> str:
        return Program(self.plan).text

    def _kernel(self, step: int) -> str:
        """Write a module of one kernel, which others may call: so it is kept."""
        steps = self.plan.steps
        call = steps[step] if 0 <= step < len(steps) else None
        if not isinstance(call, KernelCall):
            numbers = [i for i, s in enumerate(steps) if isinstance(s, KernelCall)]
            raise OptionError(
                f"step {step} is no kernel",
                remedy=f"Kernels are the steps {numbers}; without a step it is all.",
            )
        module = Module(brief=find_brief(self.plan).kernels)
        name = module.kernel(call.kernel)
        return module.text().replace(
            f"define internal void {name}(", f"define void {name}("
        )
