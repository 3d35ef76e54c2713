"""The threads that share loops: the same results, whoever does the work."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import hubel as hb
from hubel.compiler import threads as setting
from hubel.compiler.llvm import binding
from hubel.compiler.llvm.available import available
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.llvm.pool import ready
from hubel.compiler.llvm.pool_text import pool_text
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.errors import OptionError
from hubel.nn import softmax_cross_entropy
from hubel.tracing.program import trace_program

pytestmark = pytest.mark.skipif(not available(), reason="needs llvmlite")

RNG = np.random.default_rng(7)


def chain(x):
    return np.tanh(1 / (1 + np.exp(-(x * 1.5 + 0.25))) * 2 - 0.5) ** 2


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def columns(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def outer(x):
    return np.tanh(x[:, 0])[:, None] * np.cos(x[0])


def turned(x):
    return np.exp(x.T) + 1


def total(x):
    return np.sum(np.exp(x))


def sums(x):
    return np.sum(np.exp(x), axis=0), np.sum(np.exp(x), axis=1)


def largest(x):
    return np.max(np.exp(x)), np.max(np.tanh(x), axis=0)


def wide_total(x):
    return np.sum(np.exp(x)), np.exp(x) + 1


def norm(x):
    return np.sum(x * np.tanh(x) * np.exp(x)), np.sum(np.exp(x) / (1 + x * x), axis=0)


def native(function, *arrays) -> LlvmPlan:
    return LlvmPlan(make_plan(run_passes(trace_program(function, arrays, {}).graph)))


def normal(*shape, dtype=np.float32):
    return RNG.normal(size=shape).astype(dtype)


def helped(plan, arrays):
    """Run a plan until another thread has had a part in it."""
    pool = ready()
    before, end = pool.helped, time.monotonic() + 30
    while pool.helped == before and time.monotonic() < end:
        plan(arrays)
    return pool.helped > before


SHARED = [
    (chain, (100_003,), np.float32),
    (chain, (50_001,), np.float64),
    (softmax, (257, 515), np.float32),
    (columns, (30_001, 10), np.float32),
    (outer, (301, 403), np.float64),
    (turned, (301, 403), np.float32),
]


@pytest.mark.parametrize("count", [2, 3, 8])
@pytest.mark.parametrize(("function", "shape", "dtype"), SHARED)
def test_the_bits_do_not_depend_on_the_threads(function, shape, dtype, count):
    x = normal(*shape, dtype=dtype)
    plan = native(function, x)
    pool = ready()
    with hb.threads(1):
        before = pool.jobs
        alone = plan([x])[0].tobytes()
        assert pool.jobs == before
    with hb.threads(count):
        assert pool.workers >= count - 1
        for _ in range(20):
            assert plan([x])[0].tobytes() == alone
        assert pool.jobs > before


def test_others_do_have_a_part_in_it():
    x = normal(1_000_000)
    with hb.threads(2):
        assert helped(native(chain, x), [x])


@pytest.mark.parametrize("count", [2, 3, 8])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [total, sums, largest, wide_total, norm])
def test_totals_do_not_depend_on_the_threads(function, dtype, count):
    x = normal(1201, 307, dtype=dtype)
    plan = native(function, x)
    assert ".join(" in plan.text
    results = []
    for threads in (1, count):
        with hb.threads(threads):
            before = ready().jobs
            results.append([np.array(each).tobytes() for each in plan([x])])
            assert (ready().jobs > before) == (threads > 1)
    assert results[0] == results[1]
    wanted = function(x.astype(np.float64))
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for found, truth in zip(plan([x]), wanted, strict=True):
        np.testing.assert_allclose(found, truth, rtol=1e-5)


def test_a_total_that_the_rest_needs_is_waited_for():
    def scaled(x):
        return np.exp(x) / np.sum(np.exp(x)), np.max(x) - x

    x = normal(300_001)
    plan = native(scaled, x)
    with hb.threads(3):
        for found, truth in zip(plan([x]), scaled(x.astype(float)), strict=True):
            np.testing.assert_allclose(found, truth, rtol=1e-5, atol=1e-6)


def test_a_total_of_what_is_not_a_number_is_none():
    x = normal(1201, 307)
    plan = native(largest, x)
    for place in ((0, 0), (600, 3), (1200, 306)):
        y = x.copy()
        y[place] = np.nan
        with hb.threads(3):
            assert all(np.isnan(each).any() for each in plan([y]))


def test_sizes_around_the_threshold():
    with hb.threads(3):
        shared = set()
        for size in (0, 1, 63, 64, 65, *range(5_000, 25_000, 1_999)):
            x = normal(size)
            plan = native(chain, x)
            before = ready().jobs
            np.testing.assert_allclose(plan([x])[0], chain(x), rtol=1e-5, atol=1e-7)
            shared.add((size, ready().jobs > before))
    assert (65, False) in shared
    assert any(did for _, did in shared)
    assert [did for _, did in sorted(shared)] == sorted(did for _, did in shared)


def test_an_update_in_place():
    def update(w, v, g):
        v = 0.9 * v - 0.1 * g
        return w + v, v

    w, v, g = (normal(200_001) for _ in range(3))
    wanted = update(w, v, g)
    compiled = hb.compile(update, donate=(0, 1))
    with hb.threads(3):
        first = w.copy(), v.copy()
        for _ in range(30):  # from the second or third on in native code
            first[0][:], first[1][:] = w, v
            found = compiled(*first, g)
            np.testing.assert_allclose(found[0], wanted[0], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(found[1], wanted[1], rtol=1e-5, atol=1e-6)


def test_a_label_without_a_class_is_found_in_every_part():
    x, labels = normal(20_000, 40), RNG.integers(0, 40, 20_000)

    def loss(x):
        return softmax_cross_entropy(x, labels_of(x))

    def gradient(x, labels):
        return hb.grad(lambda x: softmax_cross_entropy(x, labels))(x)

    def labels_of(x):
        return labels

    plan = native(gradient, x, labels)
    with hb.threads(3):
        np.testing.assert_allclose(
            plan([x, labels])[0], hb.grad(loss)(x), rtol=1e-4, atol=1e-9
        )
        for place in (0, 9_999, 19_999):
            wrong = labels.copy()
            wrong[place] = 40
            with pytest.raises(hb.errors.HubelError, match="label"):
                plan([x, wrong])


def test_two_plans_in_two_threads_at_once():
    x, y = normal(300_000), normal(500, 600)
    plans = [(native(chain, x), [x]), (native(softmax, y), [y])]
    wrong: list[int] = []

    def work(number):
        plan, arrays = plans[number]
        first = plan(arrays)[0]
        for _ in range(60):
            if plan(arrays)[0].tobytes() != first.tobytes():
                wrong.append(number)

    with hb.threads(3):
        workers = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
        for each in workers:
            each.start()
        for each in workers:
            each.join(60)
    assert not wrong
    assert not any(each.is_alive() for each in workers)


def _in_child(plan, x, wanted, answer):
    alone = ready_without_workers()
    fine = plan([x])[0].tobytes() == wanted
    setting.set_loop_threads(2)
    answer.put((alone, fine, helped(plan, [x]), plan([x])[0].tobytes() == wanted))


def ready_without_workers() -> int:
    from hubel.compiler.llvm.pool import _pool

    return _pool().workers


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_works_alone_until_it_has_threads_of_its_own():
    x = normal(300_000)
    plan = native(chain, x)
    with hb.threads(2):
        assert helped(plan, [x])
        wanted = plan([x])[0].tobytes()
        context = multiprocessing.get_context("fork")
        answer = context.Queue()
        child = context.Process(target=_in_child, args=(plan, x, wanted, answer))
        child.start()
        assert answer.get(timeout=60) == (0, True, True, True)
        child.join(30)
        assert child.exitcode == 0
        assert plan([x])[0].tobytes() == wanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_fork_needs_nothing_that_llvm_holds():
    from llvmlite.binding import ffi

    lock = getattr(ffi.lib, "_lock", None)
    if lock is None:
        pytest.skip("this llvmlite keeps its lock elsewhere")
    ready()
    held, done = threading.Event(), threading.Event()

    def hold():
        with lock:
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=ready_without_workers)
    child.start()
    child.join(10)
    hangs = child.is_alive()
    child.kill()
    done.set()
    holder.join(10)
    assert not hangs


LATE = """
import numpy as np
import hubel as hb
from hubel.compiler.llvm.pool import _made, ready

x = np.ones(2_000_000, np.float32)
f = hb.compile(lambda x: np.tanh(np.exp(x)), backend="llvm")
alone = f(x)
print(_made.cache_info().currsize)
with hb.threads(2):
    print(_made.cache_info().currsize)
    print(np.array_equal(f(x), alone), ready().jobs)
"""


def test_there_is_no_pool_before_there_are_threads_for_it():
    done = subprocess.run(
        [sys.executable, "-c", LATE],
        env=os.environ | {"HUBEL_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["0", "1", "True", "1"]


PROGRAM = """
import sys, threading, time
import numpy as np
import hubel as hb
from hubel.compiler.llvm.pool import ready
from hubel.compiler.llvm.pool_text import pool_text

x = np.ones(2_000_000, np.float32)
f = hb.compile(lambda x: np.tanh(np.exp(x)))
with hb.threads(4):
    for _ in range(5):
        f(x)
    end = time.monotonic() + 20
    while not ready().jobs and time.monotonic() < end:
        f(x)
    if "busy" in sys.argv:
        work = lambda: [f(x) for _ in iter(int, 1)]
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.2)
    print(ready().workers, ready().jobs > 0, flush=True)
    print(time.time(), flush=True)
    if "error" in sys.argv:
        raise SystemExit(3)
"""


@pytest.mark.parametrize("way", ["plain", "busy", "error"])
def test_the_interpreter_ends(way):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, way],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    took = time.time() - float(done.stdout.split()[-1])
    assert done.stdout.startswith("3 True"), done
    assert done.returncode == (3 if way == "error" else 0), done
    assert not done.stderr
    assert took < 3  # seconds; alone on a machine it is a tenth of one


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64", "other"])
@pytest.mark.parametrize("sleep", ["futex", "nanosleep", "windows"])
def test_every_form_of_the_module_is_one(architecture, sleep):
    if (architecture, sleep) == ("other", "futex"):
        pytest.skip("unknown machines do not sleep so")
    text = pool_text(architecture, sleep)
    llvm = binding.load()
    with binding.lock:
        module = llvm.parse_assembly(text, llvm.create_context())
        module.verify()
        names = {each.name for each in module.functions if each.is_declaration}
    assert {each for each in names if each.startswith("hubel.")} == {
        "hubel.pool.give",
        f"hubel.pool.{NEEDED[sleep]}",
    }


NEEDED = {"futex": "syscall", "nanosleep": "nanosleep", "windows": "sleeping"}

ELSEWHERE = """
import numpy as np
import hubel as hb
from hubel.compiler.llvm import pool
pool.FUTEX.clear()
x = np.linspace(-3, 3, 2_000_001)
f = hb.compile(lambda x: np.tanh(np.exp(x)))
with hb.threads(3):
    for _ in range(5):
        first = f(x)
    while not pool.ready().helped:
        f(x)
    assert all(np.array_equal(f(x), f(x)) for _ in range(30))
    np.testing.assert_allclose(f(x), np.tanh(np.exp(x)), rtol=1e-12)
print("fine")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has a sleep of its own")
def test_systems_without_a_futex_nap():
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "fine\n", done
    assert done.returncode == 0


def test_where_no_thread_can_be_started_one_does_it_all(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    pool = ready()
    before = pool.workers
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with hb.threads(before + 2):
            assert pool.workers == before
            x = normal(300_000)
            found = native(chain, x)([x])[0]
            np.testing.assert_allclose(found, chain(x), rtol=1e-5, atol=1e-6)
    with hb.threads(before + 2):
        assert pool.workers == before + 1


def test_the_setting_comes_back(monkeypatch):
    before = setting.loop_threads()
    with hb.threads(1):
        assert setting.loop_threads() == 1
        with hb.threads(5):
            assert setting.loop_threads() == 5
        assert setting.loop_threads() == 1
    assert setting.loop_threads() == before
    monkeypatch.setattr(setting.word, "value", 0)
    monkeypatch.setenv("HUBEL_THREADS", "3")
    assert setting.loop_threads() == 3
    monkeypatch.setattr(setting.word, "value", 0)
    monkeypatch.setenv("HUBEL_THREADS", "few")
    with pytest.raises(OptionError, match="HUBEL_THREADS is 'few'"):
        setting.loop_threads()
    monkeypatch.setattr(setting.word, "value", 0)
    monkeypatch.delenv("HUBEL_THREADS")
    assert 1 <= setting.loop_threads() <= (os.cpu_count() or 1)


def test_idle_threads_take_no_time():
    x = normal(300_000)
    plan = native(chain, x)
    with hb.threads(4):
        plan([x])
        time.sleep(0.05)
        before = time.process_time()
        time.sleep(0.3)
        assert time.process_time() - before < 0.05


def test_a_kernel_of_little_work_is_not_cut():
    x = normal(1_000)
    assert "hubel.parallel" not in native(chain, x).text
    big = native(chain, normal(10**6)).text
    assert big.count("call void @hubel.parallel(") == 1
