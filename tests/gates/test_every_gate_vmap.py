"""One test proves that every gate applied to a batch is the gate on each example."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.graph.registry import GATES, load_all
from tests.gates.case import Case
from tests.gates.test_every_gate import cases_of, direction, has_slope

SIZE = 3

load_all()

EVERY = pytest.mark.parametrize("name", sorted(GATES))


def examples(arg: Any, place: int) -> Any:
    """Give a batch: the case's argument, a little less of it, whole numbers turned."""
    array = np.asarray(arg)
    if array.dtype.kind in "fc":
        scales = 1 - np.arange(SIZE) / 16
        return (array * scales.reshape(-1, *[1] * array.ndim)).astype(array.dtype)
    return np.stack([np.roll(array, number * (place + 1)) for number in range(SIZE)])


def patterns(case: Case) -> list[tuple[int | None, ...]]:
    """Give every choice of arguments that are batches, but for none of them."""
    choices = product((0, None), repeat=min(len(case.args), 3))
    rest = (None,) * max(len(case.args) - 3, 0)
    return [(*c, *rest) for c in choices if any(axis == 0 for axis in c)]


def batches(case: Case, axes: tuple[int | None, ...]) -> list[Any]:
    return [
        arg if axis is None else examples(arg, place)
        for place, (arg, axis) in enumerate(zip(case.args, axes, strict=True))
    ]


def looped(f: Any, args: list[Any], axes: tuple[int | None, ...]) -> Any:
    """Apply a function to each example by itself."""
    results = [
        f(*[a if axis is None else a[i] for a, axis in zip(args, axes, strict=True)])
        for i in range(SIZE)
    ]
    return np.stack(results)


@EVERY
def test_a_batch_gives_what_each_example_gives(name: str):
    gate = GATES[name]
    for case in cases_of(name):

        def f(*args: Any, case: Case = case) -> Any:
            return gate(*args, **case.params)

        for axes in patterns(case):
            args = batches(case, axes)
            with np.errstate(all="ignore"):
                expected = looped(f, args, axes)
                found = hb.vmap(f, in_axes=axes)(*args)
            assert found.dtype == expected.dtype, (case.label, axes)
            assert found.shape == expected.shape, (case.label, axes)
            np.testing.assert_allclose(
                found, expected, 1e-9, 1e-12, err_msg=f"{case.label} {axes}"
            )


@EVERY
def test_gradients_of_a_batch_are_those_of_each_example(name: str):
    gate = GATES[name]
    for case in cases_of(name):
        kinds = [np.asarray(arg).dtype.kind for arg in case.args]
        places = [
            i for i, k in enumerate(kinds) if k in "fc" and has_slope(gate.rule(i))
        ]
        if not places or case.label.startswith("Python"):
            continue
        axes: tuple[int | None, ...] = (0,) * len(case.args)
        args = batches(case, axes)
        value = np.asarray(gate(*[a[0] for a in args], **case.params))
        (u,) = direction([value], 2)

        def gradient(*args: Any, case: Case = case, u: Any = u, place: int = places[0]):
            def one(moving: Any) -> Any:
                each = (*args[:place], moving, *args[place + 1 :])
                return gate(*each, **case.params)

            return hb.vjp(one, args[place])[1](u)[0]

        with np.errstate(all="ignore"):
            expected = looped(gradient, args, axes)
            found = hb.vmap(gradient)(*args)
        np.testing.assert_allclose(found, expected, 1e-8, 1e-10, err_msg=case.label)
