"""A module: kernels, the functions they call, and what others add to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hubel.compiler.kernel import Kernel
from hubel.compiler.llvm import math
from hubel.compiler.llvm.emit import function_name, write_kernel
from hubel.compiler.llvm.scalar import METADATA, Code
from hubel.compiler.llvm.target import host

_NAME = re.compile(r"@[\w.]+")


class Module:
    """The text of a module as it grows.

    Metadata with the numbers 0 to 9 belongs to the module.

    Parameters
    ----------
    strict : bool
        Whether kernels round each operation on its own, as NumPy does.
    brief : frozenset of str
        The keys of kernels that are written briefly, see `hubel.compiler.llvm.brief`.

    Examples
    --------
    >>> module = Module()
    >>> module.require("declare double @sqrt(double)")
    >>> print(module.text())
    declare double @sqrt(double)
    """

    def __init__(
        self, *, strict: bool = False, brief: frozenset[str] = frozenset()
    ) -> None:
        self.strict, self.brief = strict, brief
        self._kernels: dict[str, str] = {}
        self._declarations: dict[str, str] = {}
        self._functions: set[str] = set()
        self._added: list[str] = []

    def kernel(self, kernel: Kernel) -> str:
        """Add a kernel once, and return the name of its function.

        Raises
        ------
        NativeError
            If a primitive has no native form for its dtype, see
            `hubel.compiler.llvm.primitives.has_printer`.
        """
        name = function_name(kernel)
        if name not in self._kernels:
            code = Code(strict=self.strict, brief=kernel.key in self.brief)
            self._kernels[name] = write_kernel(kernel, code)
            self.use(code)
        return name

    def use(self, code: Code) -> None:
        """Add the functions and declarations that some code needs."""
        self._functions |= code.functions
        self._require_all(code.declarations)

    def require(self, declaration: str) -> None:
        """Add a declaration; a second one of the same name is left out."""
        found = _NAME.search(declaration)
        name = found.group() if found else declaration
        self._declarations.setdefault(name, declaration)

    def add(self, text: str) -> None:
        """Add functions or variables as they are."""
        self._added.append(text.rstrip("\n") + "\n")

    def text(self) -> str:
        """Return the text of the whole module, the same for the same additions."""
        fused = host().fuses
        self._require_all(math.needs(self._functions, fused=fused))
        declared = [self._declarations[name] for name in sorted(self._declarations)]
        parts = ["\n".join(declared), math.source(self._functions, fused=fused)]
        parts += [*self._kernels.values(), *self._added]
        if self._kernels:
            parts.append(METADATA)
        return "\n".join(part for part in parts if part)

    def _require_all(self, declarations: Iterable[str]) -> None:
        for each in sorted(declarations):
            self.require(each)
