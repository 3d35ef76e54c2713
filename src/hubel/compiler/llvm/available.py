"""Whether native code can be made here; if not, one warning and the NumPy plan."""

from __future__ import annotations

import os
import threading
import warnings
from functools import cache

from hubel.compiler.llvm import binding, jit
from hubel.errors import HubelError, NativeError, OptionError

VARIABLE = "HUBEL_BACKEND"
"""``numpy`` keeps every plan on NumPy; ``llvm`` or nothing is the native code."""

_TRIAL = "define i64 @hubel.trial() {\n  ret i64 41\n}\n"

_warned = threading.Event()


def available() -> bool:
    """Say whether native code is to be used; warn, once, where it cannot be.

    Raises
    ------
    OptionError
        If ``HUBEL_BACKEND`` is neither ``numpy`` nor ``llvm``.
    """
    if not _is_wanted():
        return False
    problem = trouble()
    if problem and not _warned.is_set():
        _warned.set()
        warnings.warn(
            f"compiled functions run on NumPy, not as native code: {problem}",
            RuntimeWarning,
            stacklevel=2,
        )
    return not problem


def reason() -> str:
    """Say why there is no native code; nothing where there is."""
    return trouble() if _is_wanted() else f"{VARIABLE} is numpy"


@cache
def trouble() -> str:
    """Try native code once, and say what went wrong."""
    try:
        binding.load().check_jit_execution()
        answer = jit.Loaded(jit.build_object(_TRIAL, level=0)).entry("hubel.trial")()
        if answer != 41:
            raise NativeError(f"a trial of native code gave {answer}, not 41")
    except HubelError as error:
        return error.problem
    except (OSError, RuntimeError, ValueError, AttributeError) as error:
        return f"the system refuses: {error}"
    return ""


def _is_wanted() -> bool:
    """Say what the environment asks for."""
    wish = os.environ.get(VARIABLE, "").strip().lower()
    if wish not in ("", "llvm", "numpy"):
        raise OptionError(
            f"{VARIABLE} is {wish!r}",
            remedy="Set it to numpy or llvm, or unset it.",
        )
    return wish != "numpy"
