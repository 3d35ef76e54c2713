"""Compile `out[i] = f(a[i], ...)` for the functions of hubel.compiler.llvm.math."""

from __future__ import annotations

import ctypes

import numpy as np

from hubel.compiler.llvm.math import needs, source

KINDS = {"f32": ("float", np.float32), "f64": ("double", np.float64)}
TWO = frozenset({"power", "hypot", "arctan2"})

_LOOP = """
define void @"run.{name}"(ptr noalias %o, {pointers}, i64 %n) {{
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %loop, label %end
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
{loads}
  %r = call {kind} @hubel.{name}({given})
  %to = getelementptr inbounds {kind}, ptr %o, i64 %i
  store {kind} %r, ptr %to
  %j = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %j, %n
  br i1 %more, label %loop, label %end
end:
  ret void
}}
"""


def loop_text(name):
    """Return the text of a loop over arrays."""
    kind = KINDS[name.rpartition(".")[2]][0]
    letters = "ab"[: 1 + (name.partition(".")[0] in TWO)]
    loads = [
        f"  %p{c} = getelementptr inbounds {kind}, ptr %{c}, i64 %i\n"
        f"  %x{c} = load {kind}, ptr %p{c}"
        for c in letters
    ]
    return _LOOP.format(
        name=name,
        kind=kind,
        pointers=", ".join(f"ptr noalias readonly %{c}" for c in letters),
        loads="\n".join(loads),
        given=", ".join(f"{kind} %x{c}" for c in letters),
    )


class Loops:
    """Compiled loops by name; also the assembly, to see whether it is vector code."""

    def __init__(self, names, cpu=None, features=None, fused=True):
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        host = llvm.get_host_cpu_features().flatten()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=cpu or llvm.get_host_cpu_name(),
            features=host if features is None else features,
            opt=3,
            jit=True,
        )
        parts = [*sorted(needs(names, fused=fused)), source(names, fused=fused)]
        parts += map(loop_text, sorted(names))
        module = llvm.parse_assembly("\n".join(parts))
        module.verify()
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        options.loop_vectorization = options.slp_vectorization = True
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        self.optimised = str(module)
        self.assembly = machine.emit_assembly(module)
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()

    def bound(self, name, out, *arrays):
        """Return a function of nothing that fills `out`, and keeps the arrays."""
        kinds = [ctypes.c_void_p] * (1 + len(arrays)) + [ctypes.c_int64]
        address = self.engine.get_function_address(f"run.{name}")
        run = ctypes.CFUNCTYPE(None, *kinds)(address)
        held = (out, *arrays)
        pointers = [each.ctypes.data for each in held]
        return lambda: run(*pointers, held[0].size)

    def __call__(self, name, *arrays):
        """Return f of arrays of one shape."""
        dtype = KINDS[name.rpartition(".")[2]][1]
        given = [np.ascontiguousarray(a, dtype) for a in arrays]
        out = np.empty_like(given[0])
        self.bound(name, out, *given)()
        return out
