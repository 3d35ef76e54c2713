"""Model cells: the formula of their fields, and what their discoverers measured."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.errors import OptionError, ShapeError
from hubel.features import (
    bar,
    complex_cell,
    gabor,
    grating,
    modulation,
    preference,
    simple_cell,
    tuning_curve,
)

TURNS = np.arange(24) * np.pi / 24
PHASES = np.arange(16) * np.pi / 8
CELL = {"orientation": 0.6, "wavelength": 7.0}
EVEN = gabor(32, **CELL)
ODD = gabor(32, **CELL, phase=np.pi / 2)


def simple(stimuli):
    return simple_cell(EVEN, stimuli)


def complexity(stimuli):
    return complex_cell(EVEN, ODD, stimuli)


def test_a_field_is_the_gabor_function_of_scikit_image():
    filters = pytest.importorskip("skimage.filters", reason="needs scikit-image")
    settings = {"sigma_x": 3.0, "sigma_y": 6.0, "theta": 0.7, "offset": 0.4}
    kernel = filters.gabor_kernel(1 / 7, n_stds=3, **settings).real
    bell = abs(filters.gabor_kernel(1 / 7, n_stds=3, **settings))
    size = min(kernel.shape)
    high, wide = ((length - size) // 2 for length in kernel.shape)
    window = slice(high, high + size), slice(wide, wide + size)
    kernel, bell = kernel[window], bell[window]
    expected = kernel - bell * kernel.sum() / bell.sum()
    expected /= np.sqrt((expected**2).sum())
    found = gabor(size, 0.7, 7, 0.4, sigma=3, aspect=0.5)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_fields_see_no_even_light_and_have_length_1():
    fields = gabor(21, TURNS[:, None], [4, 6, 8], phase=0.3)
    assert fields.shape == (24, 3, 21, 21)
    np.testing.assert_allclose(fields.sum((2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((fields**2).sum((2, 3)), 1)


def test_an_edge_is_bright_where_the_orientation_points():
    field = gabor(32, orientation=0, wavelength=16, phase=-np.pi / 2)
    assert field[:, 16:20].sum() > 0 > field[:, 12:16].sum()
    down = gabor(32, orientation=np.pi / 2, wavelength=16, phase=-np.pi / 2)
    np.testing.assert_allclose(down, field.T, atol=1e-12)


@pytest.mark.parametrize("cell", [simple, complexity])
@pytest.mark.parametrize("stimulus", [grating, bar])
def test_cells_prefer_their_own_orientation(cell, stimulus):
    moving = {"phase": PHASES} if stimulus is grating else {"offset": np.arange(-9, 10)}
    curve = tuning_curve(cell, 32, "orientation", TURNS, stimulus=stimulus, **moving)
    found = preference(TURNS, curve)
    assert abs(found.orientation - 0.6) < 0.02
    assert found.selectivity > 0.7
    assert curve[14:18].max() < 0.2 * curve.max()


def test_cells_prefer_stripes_of_their_own_width():
    waves = np.arange(3, 20, 0.5)
    for cell in (simple, complexity):
        curve = tuning_curve(
            cell, 32, "wavelength", waves, phase=PHASES, orientation=0.6
        )
        assert abs(waves[curve.argmax()] - 7) <= 0.5
        assert curve[[0, -1]].max() < 0.3 * curve.max()


def test_simple_cells_follow_the_phase_and_complex_cells_do_not():
    shown = {"orientation": 0.6, "wavelength": 7}
    curve = tuning_curve(simple, 32, "phase", PHASES, **shown)
    assert curve.argmax() == 0
    assert not curve[5:12].any()
    assert modulation(curve) > 1.5
    energy = tuning_curve(complexity, 32, "phase", PHASES, **shown)
    assert energy.min() > 0.95 * energy.max()
    assert modulation(energy) < 0.05


def test_a_bar_answers_where_it_is():
    offsets = np.arange(-12, 13)
    answers = simple(bar(32, 0.6, offsets, width=3))
    assert offsets[answers.argmax()] == 0
    dark = simple(bar(32, 0.6, offsets, width=3, contrast=-1))
    assert abs(offsets[dark.argmax()]) in (3, 4)  # half a wave away
    assert not simple(bar(32, 0.6, offset=60.0)[None]).any()


def test_a_short_bar_is_a_part_of_a_long_one():
    parts = [bar(32, 0.3, 2.0, shift, length=8) for shift in (-4, 4)]
    np.testing.assert_allclose(sum(parts), bar(32, 0.3, 2.0, length=16), atol=1e-12)


def test_fields_have_gradients_by_their_parameters():
    def best(orientation, wavelength, phase):
        return gabor(9, orientation, wavelength, phase, sigma=2.0)

    hb.check_grads(best, (np.array([0.3, 1.0]), np.array(5.0), np.array(0.2)), order=1)


def test_the_gradient_by_the_stimulus_is_the_field():
    stimulus = grating(32, 0.6, 7)[None]
    gradient = hb.grad(lambda x: simple_cell(EVEN, x).sum())(stimulus)
    np.testing.assert_allclose(gradient[0], EVEN, atol=1e-12)
    assert not hb.grad(lambda x: simple_cell(EVEN, x).sum())(-stimulus).any()


def test_filters_of_a_layer_are_fields():
    layer = nn.Conv2d(3, 5, 8, bias=False, dtype=np.float64)
    fields = np.moveaxis(layer.weight, 3, 0)
    stimuli = grating(8, TURNS, 4)
    in_color = np.stack([stimuli] * 3, axis=-1)
    expected = np.maximum(layer(in_color)[:, 0, 0], 0)
    np.testing.assert_allclose(simple_cell(fields, in_color), expected, atol=1e-12)
    np.testing.assert_allclose(simple_cell(fields, stimuli), expected, atol=1e-12)
    curves = tuning_curve(
        lambda shown: simple_cell(fields, shown), 8, "orientation", TURNS, phase=PHASES
    )
    assert curves.shape == (24, 5)
    assert preference(TURNS, curves).orientation.shape == (5,)


def test_a_cell_that_never_answers_has_no_preference():
    nothing = np.zeros((16, 2))
    assert preference(TURNS[:16], nothing).selectivity.tolist() == [0, 0]
    assert modulation(nothing).tolist() == [0, 0]


def test_what_is_refused_says_what_to_do():
    with pytest.raises(ShapeError, match="same size"):
        simple_cell(EVEN, grating(16)[None])
    with pytest.raises(ShapeError, match="stimuli of shape"):
        simple_cell(EVEN, grating(32))
    with pytest.raises(OptionError, match="at least 2"):
        gabor(1)
    with pytest.raises(OptionError, match="phase and contrast"):
        tuning_curve(simple, 32, "orientation", TURNS, phase=PHASES, contrast=PHASES)
