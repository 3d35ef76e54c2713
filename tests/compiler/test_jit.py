"""Machine code from text: values, symbols, errors, threads, forks, the end."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest

pytest.importorskip("llvmlite", minversion="0.46")

from hubel.compiler.llvm import cache, jit, target
from hubel.compiler.llvm.later import later
from hubel.errors import NativeError

COUNTER = """
@count = global i64 5

define i64 @next() {
  %old = load i64, ptr @count
  %new = add i64 %old, 1
  store i64 %new, ptr @count
  ret i64 %new
}
"""

SUM = """
define float @sum(ptr noalias %x, i64 %n) {
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %j, %loop ]
  %s = phi float [ 0.0, %0 ], [ %t, %loop ]
  %p = getelementptr float, ptr %x, i64 %i
  %v = load float, ptr %p
  %t = fadd reassoc float %s, %v
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, %n
  br i1 %more, label %loop, label %end
end:
  ret float %t
}
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))


@pytest.mark.parametrize("level", [None, 0, 1, 3])
@pytest.mark.parametrize("keep_gil", [False, True])
def test_functions_and_variables(level, keep_gil):
    loaded = jit.compile_module(COUNTER, level=level, verify=True)
    entry = loaded.entry("next", keep_gil=keep_gil)
    assert (entry(), entry()) == (6, 7)
    assert ctypes.c_int64.from_address(loaded.variable("count")).value == 7


def test_the_second_time_comes_from_the_disk(monkeypatch):
    jit.compile_module(COUNTER)
    monkeypatch.setattr(jit, "build_object", None)
    assert jit.compile_module(COUNTER).entry("next")() == 6
    with pytest.raises(TypeError):
        jit.compile_module(COUNTER, level=0)


def test_loops_become_vectors():
    width = {64: "zmm", 32: "ymm", 16: ""}[target.host().vector_bytes]
    assert width in jit.assembly(SUM)


def test_code_lives_as_long_as_its_entry():
    loaded = jit.compile_module(COUNTER)
    seen = weakref.ref(loaded)
    entry = loaded.entry("next")
    del loaded
    gc.collect()
    assert entry() == 6
    del entry
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("find", ["address", "variable", "entry"])
def test_a_name_that_is_not_there(find):
    with pytest.raises(NativeError, match="no symbol 'absent'"):
        getattr(jit.compile_module(COUNTER), find)("absent")


def test_text_that_is_no_module():
    with pytest.raises(NativeError, match="expected instruction opcode"):
        jit.compile_module("define void @f() { nonsense }")


WRONG = """
define i64 @f(i1 %c) {
  br i1 %c, label %a, label %b
a:
  %x = add i64 1, 2
  br label %b
b:
  ret i64 %x
}
"""


def test_the_form_is_verified():
    with pytest.raises(NativeError, match="does not dominate"):
        jit.compile_module(WRONG)


CALLER = """
declare i64 @hubel.test.{name}(i64)
declare double @llvm.fabs.f64(double)

define i64 @run() {{
  %x = call i64 @hubel.test.{name}(i64 20)
  ret i64 %x
}}
"""


def test_symbols_of_this_process_are_called():
    double = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(lambda x: 2 * x)
    jit.bind("hubel.test.double", ctypes.cast(double, ctypes.c_void_p).value)
    text = CALLER.format(name="double")
    for _ in range(2):  # compiled, then from the disk
        assert jit.compile_module(text).entry("run")() == 40


def test_a_symbol_that_is_nowhere_is_refused():
    with pytest.raises(NativeError, match="not bound"):
        jit.compile_module(CALLER.format(name="nowhere"))


def test_many_threads_compile_at_once():
    found: dict[int, int] = {}

    def work(i):
        text = f"define i64 @f() {{ ret i64 {i} }}"
        found[i] = jit.compile_module(text).entry("f")()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == {i: i for i in range(8)}


def test_later_compiles_in_the_background():
    promise = later(lambda: jit.compile_module(COUNTER))
    assert promise.value(timeout=60).entry("next")() == 6
    assert promise.ready
    assert not promise.failed


def test_later_logs_a_failure_once(caplog):
    promise = later(lambda: jit.compile_module("nonsense"))
    for _ in range(2):
        with pytest.raises(NativeError):
            promise.value(timeout=60)
    assert promise.failed
    assert not promise.ready
    assert caplog.text.count("background work failed") == 1
    assert later(lambda: 1).value(timeout=60) == 1


def test_later_does_one_thing_after_the_other():
    order: list[int] = []
    promises = [later(lambda i=i: order.append(i)) for i in range(20)]
    promises[-1].value(timeout=60)
    assert order == list(range(20))
    blocked = threading.Event()
    waiting = later(blocked.wait)
    with pytest.raises(TimeoutError):
        waiting.value(timeout=0.01)
    blocked.set()
    waiting.value(timeout=60)


def _python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


BIG = """
body = "".join(
    f"  %x{i + 1} = fmul double %x{i}, {1 + i % 7}.5\\n" for i in range(20000)
)
text = f"define double @f(double %x0) {{\\n{body}  ret double %x20000\\n}}"
from hubel.compiler.llvm import jit
from hubel.compiler.llvm.later import later
"""


def test_a_process_ends_well_in_the_middle_of_a_compile():
    program = BIG + "kept = [later(lambda: jit.build_object(text)) for _ in range(30)]"
    started = time.perf_counter()
    done = _python(program, HUBEL_CACHE="off")
    assert (done.returncode, done.stderr) == (0, "")
    assert time.perf_counter() - started < 60


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_finishes_what_was_begun():
    program = (
        BIG
        + """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork
promise = later(lambda: jit.build_object(text, level=1))
second = later(lambda: 7)
child = os.fork()
if child == 0:
    right = second.value(60) == 7 and len(promise.value(60)) > 1000
    own = jit.compile_module("define i64 @f() { ret i64 3 }")
    right = right and own.entry("f")() == 3
    os._exit(0 if right else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert second.value(60) == 7
"""
    )
    done = _python(program, HUBEL_CACHE="off")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_older_processor_is_served():
    program = f"""
    from hubel.compiler.llvm import jit, target
    text = {SUM!r}
    assert target.host().vector_bytes <= 32
    assert "zmm" not in jit.assembly(text)
    assert jit.Loaded(jit.build_object(text)).address("sum")
    """
    done = _python(program, HUBEL_TARGET="haswell", HUBEL_CACHE="off")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_processor_is_served():
    program = f"""
    from hubel.compiler.llvm import jit, target
    assert target.host().cpu == "abacus"
    assert jit.Loaded(jit.build_object({SUM!r})).address("sum")
    """
    done = _python(program, HUBEL_TARGET="abacus", HUBEL_CACHE="off")
    assert done.returncode == 0, done.stderr
