"""A refusal names what the user called, in whatever words, and what to use instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest
from numpy import asarray as as_array

import hubel as hb
from hubel.errors import TraceError
from hubel.graph.refusal import REFUSALS, refusal_of

X = np.array([1.0, 2.0, 3.0, 4.0])
PLAIN = np.ones(4)
RNG = np.random.default_rng(0)


def write_in_place(x: Any) -> None:
    plain = np.ones(4)
    plain[0] = x[0]


def over_lines(x: Any) -> Any:
    return np.array(
        [
            x[0],
            x[1],
        ]
    )


CALLS: dict[str, tuple[Callable[..., Any], str]] = {
    "np.array": (over_lines, "hb.array"),
    "np.asarray": (lambda x: as_array(x), "hb.array"),
    "np.full": (lambda x: np.full(3, x[0]), "np.broadcast_to"),
    "np.arange": (lambda x: np.arange(x[0]), "np.linspace"),
    "np.eye": (lambda x: np.eye(x[0]), "static"),
    "np.float64": (lambda x: np.float64(x[0]), "astype"),
    "np.r_": (lambda x: np.r_[x, x], "np.concatenate"),
    "np.vectorize": (lambda x: np.vectorize(abs)(x), "hb.vmap"),
    "np.require": (lambda x: np.require(x), "leave it out"),
    "np.kaiser": (lambda x: np.kaiser(5, x[0]), "np.i0"),
    "np.array_str": (lambda x: np.array_str(x), "print"),
    "np.save": (lambda x: np.save("x", x), "what comes back"),
    "np.packbits": (lambda x: np.packbits(x > 0), "outside"),
    "np.isnat": (lambda x: np.isnat(x), "outside"),
    "np.lib.scimath.sqrt": (lambda x: np.emath.sqrt(x), r"x \+ 0j"),
    "np.random.normal": (lambda x: np.random.normal(x), "standard numbers"),  # noqa: NPY002
    "np.random.Generator.normal": (lambda x: RNG.normal(x), "standard numbers"),
    "np.random.default_rng.choice": (
        lambda x: np.random.default_rng(0).choice(x),
        "indices",
    ),
    "np.polynomial.Polynomial": (lambda x: np.polynomial.Polynomial(x), "np.polyval"),
    "math.sin": (lambda x: math.sin(x[0]), "np.sin"),
    "math.trunc": (lambda x: math.trunc(x[0]), "NumPy function"),
    "math.exp": (lambda x: exp(x[0]), "NumPy function"),
    "ndarray.dot": (lambda x: PLAIN.dot(x), r"np.dot\(a, x\)"),
    "ndarray.searchsorted": (lambda x: PLAIN.searchsorted(x), "the function"),
    "ndarray[...]": (lambda x: PLAIN[x.astype(int)], r"hb.array\(a\)\[x\]"),
    "ndarray[...] =": (write_in_place, "hb.zeros"),
    "np.hypot.reduce": (lambda x: np.hypot.reduce(x), "np.sum"),
    "np.multiply.at": (lambda x: np.multiply.at(x * 1, [0], 2.0), "comes twice"),
    "np.divmod.outer": (lambda x: np.divmod.outer(x, x), "np.expand_dims"),
    "np.sin": (lambda x: np.sin([x[0], x[1]]), "hb.array"),
    "float": (lambda x: float(x[0]), "hb.stop_gradient"),
    "complex": (lambda x: complex(x[0]), "0j"),
    "int": (lambda x: int(x[0]), "np.floor"),
    "round": (lambda x: round(x[0]), "np.rint"),
    "reshape": (lambda x: x.reshape(x[0], -1), "np.floor"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_function_the_line_and_the_remedy(name: str):
    f, remedy = CALLS[name]
    for run in (lambda x: hb.vjp(f, x), hb.compile(f)):
        with pytest.raises(TraceError, match=remedy) as caught:
            run(X)
        first, _, rest = caught.value.problem.partition(name)
        assert (first, rest[:7]) in (("", " cannot"), ("", " asked ")), caught.value
        assert caught.value.where.startswith(f"{__file__}:")


def test_text_is_refused_by_either_of_its_names():
    with pytest.raises(
        TraceError, match=r"^np\.(char|strings)\.upper cannot(.|\n)*outs"
    ):
        hb.vjp(lambda x: np.char.upper(x), X)


def test_functions_of_scipy_that_are_no_ufuncs():
    special = pytest.importorskip("scipy.special")
    for f, remedy in (
        (lambda x: special.logsumexp(x), r"np\.logaddexp\.reduce"),
        (lambda x: special.polygamma(1, x), "psi"),
    ):
        with pytest.raises(TraceError, match=remedy):
            hb.vjp(f, X)


def test_a_line_without_source_gets_the_general_remedy():
    run: dict[str, Any] = {}
    exec("def f(x):\n    return a.dot(x)", {"a": PLAIN}, run)
    with pytest.raises(TraceError, match=r"^a traced value was asked(.|\n)*hb\.array"):
        hb.vjp(run["f"], X)


@pytest.mark.parametrize(
    ("f", "remedy"),
    [
        (lambda x: np.sin(x, where=x > 2), r"np\.where"),
        (lambda x: np.sin(x, out=np.zeros(4)), r"a = a \+ b"),
        (lambda x: np.matmul(x, x, out=np.zeros(())), r"a = a \+ b"),
        (lambda x: np.sin(x, signature="d->d"), "dtype="),
        (lambda x: np.matmul(x, x, axes=[0, 0, ()]), "moveaxis"),
        (lambda x: np.sum(x, out=np.zeros(())), "the result"),
        (lambda x: np.cumsum(x, out=np.zeros(4)), "the result"),
        (lambda x: np.concatenate([x], out=np.zeros(4)), "the result"),
        (lambda x: np.nansum(x, out=np.zeros(())), "the result"),
        (lambda x: np.dot(x, x, out=np.zeros(())), "the result"),
    ],
)
def test_options_that_have_no_meaning_on_a_graph(f: Any, remedy: str):
    for run in (lambda x: hb.vjp(f, x), hb.compile(f)):
        with pytest.raises(TraceError, match=remedy) as caught:
            run(X)
        assert caught.value.where.startswith(f"{__file__}:")


def test_options_about_memory_and_subclasses_change_nothing():
    for options in ({"casting": "unsafe"}, {"order": "F"}, {"subok": False}):
        found = hb.grad(lambda x, o=options: np.sum(np.sin(x, **o)))(X)
        np.testing.assert_array_equal(found, np.cos(X))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("item", r"x\[\(\)\]"),
        ("tolist", r"x\[i\]"),
        ("flat", "ravel"),
        ("view", "astype"),
        ("strides", "memory"),
        ("tofile", "comes back"),
        ("resize", r"np\.resize"),
    ],
)
def test_attributes_of_plain_arrays(name: str, remedy: str):
    with pytest.raises(AttributeError, match=remedy):
        hb.grad(lambda x: getattr(x, name))(1.0)
    assert not hb.compile(lambda x: x * hasattr(x, name))(1.0)


def test_an_attribute_that_nothing_has():
    with pytest.raises(AttributeError, match=r"no attribute 'colour'$"):
        hb.grad(lambda x: x.colour)(1.0)


def test_methods_that_write_do():
    def f(x: Any) -> Any:
        a, b = x * 1, x * 1
        a.sort()
        b.partition(1)
        b.put(3, a[0])
        assert a.itemsize == 8
        return np.sum(a * np.arange(4)) + b[3]

    descending = X[::-1].copy()
    np.testing.assert_array_equal(hb.grad(f)(descending), [3, 2, 1, 1])
    assert hb.compile(f)(descending) == f(descending) == 21.0


def test_round_to_digits():
    assert hb.compile(lambda x: round(x, 1) * 2)(1.26) == 2.6


def test_every_refusal_says_why_and_what_to_use():
    assert refusal_of("np.random.normal") is REFUSALS["np.random"]
    assert refusal_of("np.sin") is None
    for name, refusal in REFUSALS.items():
        assert refusal.reason, name
        assert len(refusal.remedy.split()) >= 3, name
