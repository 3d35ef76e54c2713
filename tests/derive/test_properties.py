"""Random programs of gates: every way to a derivative, and every time, gives the same.

A program that fails is shrunk to few steps. Ties and kinks are among them: the ways
agree there too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hubel as hb
from tests.compiler.programs import SEEDS, STEPS, Program, arguments

OUTPUTS = st.lists(st.integers(0, 30), min_size=1, max_size=2)
FUNCTIONS = st.builds(
    lambda steps, outputs: Program(tuple(steps), tuple(outputs)), STEPS, OUTPUTS
)
LARGE = 1e50
"""Programs with larger numbers are left out: their products are not finite."""

WAYS: dict[str, dict[str, str]] = {
    "forward": {"mode": "forward"},
    "reverse": {"mode": "reverse"},
    "dense": {"structure": "dense"},
    "sparse": {"structure": "sparse"},
    "as hubel chooses": {},
}


class Tree:
    """A program as a function of one tree."""

    def __init__(self, function: Program) -> None:
        self.function = function

    def __call__(self, p: Any) -> Any:
        return self.function(**p)

    def loss(self, p: Any) -> Any:
        """Add up all elements, each with a weight of its own."""
        total = 0.0
        for each in self(p):
            weights = np.cos(np.arange(np.size(each))).reshape(np.shape(each))
            total = total + (weights * np.tanh(each)).sum()
        return total


def tame(function: Program, p: Any) -> bool:
    """Whether all results are numbers that may be multiplied."""
    with np.errstate(all="ignore"):
        return all(np.abs(each).max() < LARGE for each in function(**p))


def alike(found: Any, expected: Any, digits: float) -> None:
    """Check arrays to rounding, in proportion to the largest element."""
    assert np.shape(found) == np.shape(expected)
    largest = np.abs(expected).max(initial=0.0)
    np.testing.assert_allclose(found, expected, digits, digits * largest + 1e-300)


def rounding(function: Program) -> float:
    """Say how exact the derivatives are: some programs go through float32."""
    return 1e-5 if any(step[0] == "narrow" for step in function.steps) else 1e-9


def same(found: Any, expected: Any) -> None:
    """Check trees of arrays, bit by bit."""
    pairs = zip(leaves(found), leaves(expected), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


def leaves(tree: Any) -> list[Any]:
    """List the arrays of nested dicts, lists and tuples."""
    if isinstance(tree, dict):
        return leaves(list(tree.values()))
    if isinstance(tree, (list, tuple)):
        return [leaf for each in tree for leaf in leaves(each)]
    return [tree]


def flat(tree: Any) -> Any:
    return np.concatenate([np.ravel(leaf) for leaf in leaves(tree)])


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS)
def test_forward_is_reverse_is_dense_is_sparse(function: Program, seed: int):
    p = arguments(seed)
    assume(tame(function, p))
    f = Tree(function)
    found = {name: hb.jacobian(f, **way)(p).matrix() for name, way in WAYS.items()}
    expected, digits = found["forward"], rounding(function)
    for matrix in found.values():
        alike(matrix, expected, digits)
    random = np.random.default_rng(seed)
    u, t = [random.normal(size=size) for size in expected.shape]
    value, pullback = hb.vjp(f, p)
    alike(flat(pullback(shaped(u, value))[0]), u @ expected, digits)
    moved = hb.jvp(f, (p,), (shaped(t, p),))[1]
    alike(flat(moved), expected @ t, digits)


def shaped(vector: Any, like: Any) -> Any:
    """Lay a vector out as a tree."""
    rest = iter(np.split(vector, np.cumsum([np.size(x) for x in leaves(like)])))
    if isinstance(like, dict):
        return {name: next(rest).reshape(np.shape(x))[()] for name, x in like.items()}
    return tuple([next(rest).reshape(np.shape(x))[()] for x in like])


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS)
def test_the_first_evaluation_is_the_second(function: Program, seed: int):
    p, q = arguments(seed), arguments(seed + 1)
    assume(tame(function, p) and tame(function, q))
    f = Tree(function)
    value, pullback = hb.vjp(f, p)
    upstream = tuple([np.ones_like(each)[()] for each in value])
    y, jacobian = hb.linearize(f, p)
    ones = np.ones(jacobian.shape[1])
    compiled = hb.compile(hb.value_and_grad(f.loss))
    again = {
        "pullback": lambda: pullback(upstream),
        "product": lambda: jacobian @ ones,
        "gradient": lambda: hb.value_and_grad(f.loss)(p),
        "jacobian": lambda: hb.jacobian(f, structure="sparse")(p).matrix(),
        "compiled": lambda: compiled(p),
    }
    first = {name: run() for name, run in again.items()}
    hb.value_and_grad(f.loss)(q), compiled(q)  # other values in between
    for name, run in again.items():
        same(run(), first[name])
    same(y, value)


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS)
def test_second_derivatives_agree(function: Program, seed: int):
    p = arguments(seed)
    assume(tame(function, p))
    f, digits = Tree(function), 10 * rounding(function)
    v = shaped(np.random.default_rng(seed).normal(size=flat(p).size), p)
    over = hb.hvp(f.loss, p, v)

    def slope(p: Any) -> Any:
        return hb.jvp(f.loss, (p,), (v,))[1]

    def along(p: Any) -> Any:
        found = hb.grad(f.loss)(p)
        return sum((found[name] * v[name]).sum() for name in p)

    expected = hb.hessian(f.loss)(p).matrix() @ flat(v)
    alike(flat(over), expected, digits)
    alike(flat(hb.grad(slope)(p)), expected, digits)
    alike(flat(hb.grad(along)(p)), expected, digits)
    sparse = hb.jacobian(hb.grad(f.loss), structure="sparse")(p).matrix()
    alike(sparse @ flat(v), expected, digits)
