"""From the text of a module to machine code in memory."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any

from hubel.compiler.llvm import binding, cache
from hubel.compiler.llvm.target import host
from hubel.errors import NativeError

LEVEL = 1
"""What kernels need: higher levels compile longer and their code is no faster."""

_EXTERNAL = re.compile(r'^declare\b[^@\n]*@"?([\w.$-]+)', re.MULTILINE)


class Loaded:
    """Machine code in memory, which goes when this object and its entries go.

    Parameters
    ----------
    data : bytes
        An object file for this machine, as `build_object` makes it.
    """

    def __init__(self, data: bytes) -> None:
        llvm = binding.load()
        with binding.lock:
            empty = llvm.parse_assembly("")
            machine = host().machine(0)
            self._engine: Any = llvm.create_mcjit_compiler(empty, machine)
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(data))
            self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Return where a function starts.

        Raises
        ------
        NativeError
            If the module defines no function of this name that others may see.
        """
        with binding.lock:
            found = self._engine.get_function_address(name)
        return self._found(name, found)

    def variable(self, name: str) -> int:
        """Return where a global variable lies; the same errors."""
        with binding.lock:
            found = self._engine.get_global_value_address(name)
        return self._found(name, found)

    def entry(self, name: str, *, keep_gil: bool = False) -> Callable[[], int]:
        """Return a function without arguments that gives an int64, as a callable.

        Parameters
        ----------
        name : str
            The function ``define i64 @name()``.
        keep_gil : bool
            Whether other Python threads wait meanwhile: for code that takes less than
            some microseconds, after which it would have to wait for them.
        """
        kind = ctypes.PYFUNCTYPE if keep_gil else ctypes.CFUNCTYPE
        function: Any = kind(ctypes.c_int64)(self.address(name))
        function.owner = self
        return function

    @staticmethod
    def _found(name: str, address: int) -> int:
        if not address:
            raise NativeError(f"the native module has no symbol {name!r}")
        return address


def compile_module(text: str, *, level: int = LEVEL, verify: bool = True) -> Loaded:
    """Make machine code of a module, or take it from the cache on disk.

    Any thread may call this; the work is done without the GIL.

    Parameters
    ----------
    text : str
        LLVM's text of the module. What it declares was given to `bind` before.
    level : int, optional
        How hard LLVM tries, from 0 (no passes; the module has its final form) to 3.
        Loops become vector code from 1 on, and are unrolled besides from 2 on.
    verify : bool
        Whether to check the module's form first, which takes a hundredth of the time.

    Raises
    ------
    NativeError
        If the text is no module or names a symbol that is not there.
    """
    _check_symbols(text)
    target = host()
    key = cache.key(text, target.cpu, target.features, binding.versions(), str(level))
    data = cache.read(key)
    if data is None:
        data = build_object(text, level=level, verify=verify)
        cache.write(key, data)
    return Loaded(data)


def build_object(text: str, *, level: int = LEVEL, verify: bool = True) -> bytes:
    """Optimise a module and return its object file; `compile_module` has the rest."""
    with binding.lock:
        return _emitted(text, level, verify)


def assembly(text: str, *, level: int = LEVEL) -> str:
    """Return the assembly that a module becomes, to look at."""
    with binding.lock:
        machine = host().machine(3)
        found: str = machine.emit_assembly(_optimised(text, machine, level, True))
    return found


def bind(name: str, address: int) -> None:
    """Let modules call, by this name, what lies at this address of the process."""
    with binding.lock:
        binding.load().add_symbol(name, address)


def _emitted(text: str, level: int, verify: bool) -> bytes:
    """Make the object file; a function, as what it leaves goes under the lock too."""
    machine = host().machine(3)
    data: bytes = machine.emit_object(_optimised(text, machine, level, verify))
    return data


def _optimised(text: str, machine: Any, level: int, verify: bool) -> Any:
    """Parse a module and run the passes of a level over it."""
    llvm = binding.load()
    try:
        module = llvm.parse_assembly(text, llvm.create_context())
        if verify:
            module.verify()
    except RuntimeError as error:
        raise NativeError(f"LLVM refuses the module: {error}") from error
    module.triple = host().triple
    module.data_layout = str(machine.target_data)
    if level:
        options = llvm.create_pipeline_tuning_options(speed_level=level)
        options.loop_vectorization = True
        options.slp_vectorization = True
        options.loop_unrolling = level > 1
        passes = llvm.create_pass_builder(machine, options)
        passes.getModulePassManager().run(module, passes)
    return module


def _check_symbols(text: str) -> None:
    """Refuse a module with a symbol that is nowhere: LLVM would end the process."""
    llvm = binding.load()
    for name in _EXTERNAL.findall(text):
        if not name.startswith("llvm.") and not llvm.address_of_symbol(name):
            raise NativeError(f"the native module calls {name!r}, which is not bound")
