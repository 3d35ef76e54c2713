"""llvmlite: met here, when it is first needed, and nowhere else by name.

llvmlite has no type information, so what comes from it is `Any`. Work with LLVM goes
under one lock of ours: a fork waits until no thread is inside LLVM, since the child
would find LLVM's own lock taken by a thread that it does not have.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

from hubel.errors import NativeError

OLDEST = (0, 46)
"""The first llvmlite whose LLVM knows untyped pointers and all we write."""

lock = threading.RLock()
"""Held while LLVM works."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lock.acquire,
        after_in_parent=lock.release,
        after_in_child=lock.release,
    )


@cache
def load() -> Any:
    """Return the module ``llvmlite.binding``, ready for this machine.

    Raises
    ------
    NativeError
        If llvmlite is missing, damaged or too old.
    """
    try:
        import llvmlite
        import llvmlite.binding as found
    except (ImportError, OSError, RuntimeError) as error:
        raise NativeError(
            f"llvmlite cannot be imported: {error}",
            remedy="Install it with `pip install llvmlite` where it has wheels.",
        ) from error
    version: str = llvmlite.__version__
    if version_tuple(version) < OLDEST:
        raise NativeError(
            f"llvmlite {version} is too old; {OLDEST[0]}.{OLDEST[1]} is needed",
            remedy="Upgrade it with `pip install --upgrade llvmlite`.",
        )
    binding: Any = found
    with lock:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
    return binding


@cache
def versions() -> str:
    """Name the versions of llvmlite and of its LLVM."""
    import llvmlite

    llvm = ".".join(map(str, load().llvm_version_info))
    return f"llvmlite {llvmlite.__version__} LLVM {llvm}"


def version_tuple(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version.

    Examples
    --------
    >>> version_tuple("0.50.0rc1"), version_tuple("1+unknown")
    ((0, 50), (1, 0))
    """
    digits = [*version.split("+")[0].split(".")[:2], "0"]
    first, second = ("".join(filter(str.isdigit, each)) for each in digits[:2])
    return int(first or 0), int(second or 0)
