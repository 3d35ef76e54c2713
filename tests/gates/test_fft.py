"""``numpy.fft`` on traced values: every function, length, axis and norm."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, HubelError, OptionError, ShapeError, TraceError
from hubel.graph.registry import NUMPY, load_all
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample
from tests.gates.functions import assert_function

X = sample(4, 5)
Z = X + 1j * sample(4, 5, seed=1)
CUBE = sample(3, 4, 6)
NORMS = ("backward", "ortho", "forward")

ONE_AXIS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
TO_HALF = ("rfft", "ihfft", "rfft2", "rfftn")
"""Functions that take real numbers alone."""


def given(name: str) -> Any:
    return X if name in TO_HALF else Z


def test_every_transform_means_something():
    load_all()
    names = [name for name in np.fft.__all__ if not name.endswith("fftfreq")]
    assert [name for name in names if getattr(np.fft, name) not in NUMPY] == []


@pytest.mark.parametrize("name", ONE_AXIS)
@pytest.mark.parametrize("n", [None, 1, 3, 4, 7, 8])
def test_a_transform_of_one_axis_at_any_length(name: str, n: int | None):
    assert_function(lambda x: getattr(np.fft, name)(x, n), given(name))


@pytest.mark.parametrize("name", ONE_AXIS)
@pytest.mark.parametrize("norm", NORMS)
def test_a_transform_of_another_axis_at_any_norm(name: str, norm: Any):
    assert_function(lambda x: getattr(np.fft, name)(x, axis=0, norm=norm), given(name))


SEVERAL = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
OPTIONS: dict[str, dict[str, Any]] = {
    "as they are": {},
    "lengths": {"s": (3, 6), "axes": (-2, -1)},
    "axes": {"axes": (2, 0), "norm": "ortho"},
    "a length kept": {"s": (-1, 5), "axes": (1, 0)},
    "one axis": {"axes": (1,), "norm": "forward"},
}


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("options", OPTIONS)
def test_a_transform_of_several_axes(name: str, options: str):
    if name.endswith("2") and options == "one axis":
        assert_function(lambda x: getattr(np.fft, name)(x, norm="forward"), CUBE)
    else:
        assert_function(lambda x: getattr(np.fft, name)(x, **OPTIONS[options]), CUBE)


def test_no_axis_is_no_transform_of_complex_numbers_and_refused_of_real_ones():
    assert_as_numpy(lambda z: np.fft.fftn(z, axes=()), Z)
    with pytest.raises(ShapeError, match=r"np\.fft\.rfftn along no axis"):
        evaluated_results(lambda x: np.fft.rfftn(x, axes=()), X)


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.int64, np.bool_])
def test_dtypes_are_numpys(dtype: Any):
    x = np.asarray(X * 5).astype(dtype)
    assert_as_numpy(lambda x: (np.fft.fft(x), np.fft.ifft(x), np.fft.irfft(x)), x)
    if x.dtype.kind != "c":
        assert_as_numpy(lambda x: (np.fft.rfft(x), np.fft.ihfft(x)), x)


@pytest.mark.parametrize("axes", [None, 0, -1, (0, 1), (1,)])
def test_shifts_of_the_zero_frequency(axes: Any):
    assert_function(lambda z: np.fft.fftshift(z, axes), Z)
    assert_function(lambda z: np.fft.ifftshift(z, axes), Z)


def test_frequencies_are_constants_that_a_spacing_may_scale():
    assert_function(lambda d: np.fft.fftfreq(5, d) + np.fft.rfftfreq(9, d), sample())
    assert_function(lambda x: np.fft.fft(x) * np.fft.fftfreq(5), X)


def test_power_and_filters_have_the_derivatives_of_what_they_are():
    assert_function(lambda x: np.abs(np.fft.rfft(x)) ** 2, X)
    assert_function(lambda x, h: np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(h), 5), X, X)
    assert_function(lambda x: np.fft.ifft2(np.fft.fft2(x) * Z).real, X)


LOSSES: dict[str, Any] = {
    "fft": lambda np, x: np.sum(np.abs(np.fft.fft(x)) ** 3),
    "ifft2": lambda np, x: np.real(np.sum(np.fft.ifft2(x) ** 2)),
    "fftn": lambda np, x: np.imag(np.sum(np.fft.fftn(x * x, axes=(0,)) ** 2)),
    "rfft": lambda np, x: np.sum(np.abs(np.fft.rfft(np.real(x), axis=0)) ** 2),
    "irfft": lambda np, x: np.sum(np.fft.irfft(x, axis=0) ** 3),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_autograd(name: str):
    def ours(z: Any) -> Any:
        return LOSSES[name](np, z)

    def theirs(z: Any) -> Any:
        return LOSSES[name](anp, z)

    found = hb.grad(ours)(Z)
    np.testing.assert_allclose(found, autograd.grad(theirs)(Z), rtol=1e-12, atol=1e-14)


REFUSED: dict[str, tuple[Any, type[HubelError], str]] = {
    "complex": (lambda z: np.fft.rfft(z), DTypeError, r"np\.fft\.fft, or np\.real"),
    "no points": (lambda z: np.fft.fft(z, 0), ShapeError, "0 points"),
    "one coefficient": (lambda z: np.fft.irfft(z[:, :1]), ShapeError, "0 points"),
    "norm": (lambda z: np.fft.fft(z, norm="other"), OptionError, "backward, ortho"),
    "lengths": (lambda z: np.fft.fft2(z, s=(2,)), ShapeError, "1 lengths"),
    "axis": (lambda z: np.fft.fft(z, axis=2), ShapeError, "axis 2"),
    "empty": (lambda z: np.fft.fft(z[:0], axis=0), ShapeError, "empty axis 0"),
    "out": (lambda z: np.fft.fft(z, out=Z), TraceError, "out="),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_with_the_users_line(name: str):
    f, error, words = REFUSED[name]
    for run in (lambda: hb.jvp(f, (Z,), (Z,)), lambda: evaluated_results(f, Z)):
        with pytest.raises(error, match=words) as caught:
            run()
        assert __file__ in caught.value.where
