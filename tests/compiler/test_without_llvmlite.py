"""Where native code cannot be made: one warning, its reason, and no error."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest


def _python(program: str, **environment: str) -> str:
    """Run a program of its own process, which prints what it found."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("HUBEL_BACKEND", "HUBEL_TARGET")
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**kept, "HUBEL_CACHE": "off", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ASK = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from hubel.compiler.llvm.available import available, reason
    answers = {available() for _ in range(3)}
assert len(answers) == 1
print(answers.pop(), len(caught), reason())
for each in caught:
    assert each.category is RuntimeWarning
    assert reason() in str(each.message) and "NumPy" in str(each.message)
"""


def test_here_it_can_be_made():
    pytest.importorskip("llvmlite", minversion="0.46")
    assert _python(ASK) == "True 0 \n"


HIDDEN = """
import sys
sys.modules["llvmlite"] = None
"""

OLD = """
import llvmlite
llvmlite.__version__ = "0.45.1"
"""

REFUSED = """
import llvmlite.binding
def refuse():
    raise OSError(13, "cannot allocate executable memory")
llvmlite.binding.check_jit_execution = refuse
"""

NO_ENGINE = """
import llvmlite.binding
def refuse(*_):
    raise RuntimeError("no engine today")
llvmlite.binding.create_mcjit_compiler = refuse
"""

WRONG = """
from hubel.compiler.llvm import jit
jit.Loaded.entry = lambda self, name: lambda: 40
"""


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (HIDDEN, "llvmlite cannot be imported"),
        (OLD, "llvmlite 0.45.1 is too old"),
        (REFUSED, "cannot allocate executable memory"),
        (NO_ENGINE, "no engine today"),
        (WRONG, "gave 40"),
    ],
    ids=["hidden", "old", "refused", "no engine", "wrong"],
)
def test_one_warning_tells_why_not(before, why):
    if before != HIDDEN:
        pytest.importorskip("llvmlite", minversion="0.46")
    answer = _python(textwrap.dedent(before) + ASK)
    assert answer.startswith("False 1 ")
    assert why in answer


def test_the_numpy_plan_by_wish_is_no_warning():
    answer = _python(ASK, HUBEL_BACKEND="numpy")
    assert answer == "False 0 HUBEL_BACKEND is numpy\n"


def test_an_unknown_wish_is_an_error():
    program = """
    from hubel.compiler.llvm.available import available
    from hubel.errors import OptionError
    try:
        available()
    except OptionError as error:
        print(error)
    """
    assert "'cuda'" in _python(program, HUBEL_BACKEND="cuda")


def test_hubel_is_imported_without_llvmlite():
    program = textwrap.dedent(HIDDEN) + textwrap.dedent(
        """
        import hubel
        import hubel.compiler.llvm.blas, hubel.compiler.llvm.arrays
        import hubel.compiler.llvm.small, hubel.compiler.llvm.later
        print("imported")
        """
    )
    assert _python(program) == "imported\n"


def test_importing_hubel_does_not_import_llvmlite():
    program = """
    import sys
    import hubel
    print("llvmlite" in sys.modules)
    """
    assert _python(program) == "False\n"
