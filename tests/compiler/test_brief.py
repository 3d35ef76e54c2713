"""What takes little of a plan's time is compiled quickly, and gives the same."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.kernel import Kernel
from hubel.compiler.llvm.brief import find_brief
from hubel.compiler.llvm.emit import write_kernel
from hubel.compiler.llvm.program import Program
from hubel.compiler.llvm.scalar import Code
from hubel.compiler.native import NativePlan, ProductCall
from tests.compiler.kernel_run import compare
from tests.compiler.nets import arguments, make_step
from tests.compiler.test_emit import chain, classify, classify_arrays, floats

KERNELS = {"chain": chain(), "classify": classify(), "columns": classify(10)}


def plan_of(rows: int, *sizes: int) -> NativePlan:
    """Return the plan of a training step."""
    given = arguments(sizes, rows, np.float32)
    return hb.compile(make_step()).native(*given).plan


@pytest.mark.parametrize("name", KERNELS)
def test_brief_text_is_shorter(name: str):
    texts = [write(KERNELS[name], brief=brief) for brief in (False, True)]
    assert len(texts[1]) < 0.8 * len(texts[0])


def test_a_few_columns_are_written_out_in_brief_text_too():
    kernel = classify(3)
    assert write(kernel, brief=True) == write(kernel, brief=False)


@pytest.mark.parametrize("columns", [None, 3, 10])
@pytest.mark.parametrize("rows", [0, 1, 37])
def test_brief_code_gives_the_same(rows: int, columns: int | None):
    arrays = classify_arrays(rows, columns or 70)
    space = rows, columns or 70
    compare(classify(columns), space, arrays, rtol=2e-5, brief=True)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 1025])
def test_a_brief_loop_ends_where_it_should(count: int):
    arrays = [floats(count), *(floats(1)[0] for _ in "abc"), floats(count)]
    arrays = [np.asarray(each) for each in [*arrays, floats(count)]]
    compare(chain(), (count,), arrays, rtol=2e-6, brief=True)


def write(kernel: Kernel, *, brief: bool) -> str:
    return write_kernel(kernel, Code(brief=brief))


def test_only_what_is_minor_is_brief():
    large, small = plan_of(200, 3072, 100, 10), plan_of(32, 2, 64, 64, 10)
    found = find_brief(large)
    minor = {(call.m, call.k, call.n) for call in found.products}
    assert minor == {(200, 100, 10), (200, 10, 100), (100, 200, 10)}
    assert found.kernels
    assert not find_brief(small).products


def test_minor_products_are_the_librarys():
    program = Program(plan_of(200, 3072, 100, 10))
    products = [s for s in program.plan.steps if isinstance(s, ProductCall)]
    assert len(products) == 5
    assert not program.small
    assert set(program.products) == {"float32"}


def test_the_kernel_that_works_most_is_never_brief():
    def scaled(x: np.ndarray) -> np.ndarray:
        return np.tanh(x) * 2

    plan = hb.compile(scaled).native(np.zeros(1000)).plan
    assert not find_brief(plan).kernels
