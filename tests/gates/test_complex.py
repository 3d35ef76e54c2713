"""Every gate that takes complex numbers: all of them complex, and each in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.graph.node import Gate, spec_of
from hubel.graph.registry import GATES
from tests.gates.case import Case
from tests.gates.numeric import by_differences
from tests.gates.test_every_gate import (
    EVERY,
    applied,
    assert_near,
    both_modes,
    check_derivatives,
    decided,
    direction,
    smooth_cases,
)

TURNS = np.exp(1j * np.array([0.7, 2.0, -1.1, -2.6]))
"""Directions in every quadrant: no branch of a function is left out."""

REAL = {"softplus"}
"""Gates of hubel's own that are meant for real numbers."""


def turned(real: Any, place: int) -> Any:
    """Turn numbers away from the real axis, each to another quadrant."""
    turns = np.resize(np.roll(TURNS, place), real.size).reshape(real.shape)
    return (real * turns)[()]


def complex_cases(name: str) -> Iterator[tuple[Case, list[int]]]:
    """Turn the arguments of the real cases complex, all and each one alone."""
    gate = GATES[name]
    for case, places in smooth_cases(name):
        kinds = [getattr(arg, "dtype", None) for arg in case.args]
        real = [i for i in places if kinds[i] == np.float64]
        groups = [real] if len(real) < 2 else [real, *[[i] for i in real]]
        for group in groups if real and name not in REAL else []:
            args = enumerate(case.args)
            moved = [turned(arg, i) if i in group else arg for i, arg in args]
            label = f"{case.label} complex {group}"
            found = replace(case, args=tuple(moved), analytic=False, label=label)
            if takes(gate, found):
                yield found, places


def takes(gate: Gate, case: Case) -> bool:
    """Whether NumPy computes a gate of complex numbers."""
    try:
        applied(gate, case.args, case.params)
    except (TypeError, np.exceptions.ComplexWarning, np.linalg.LinAlgError):
        return False
    return True


@EVERY
def test_both_modes_match_differences_in_the_complex_plane(name: str):
    gate = GATES[name]
    for case, places in complex_cases(name):
        point = [case.args[i] for i in places]
        function = decided(gate, case, places)

        check_derivatives(function, point, case, 1)


@EVERY
@pytest.mark.parametrize("axis", [1, 1j], ids=["real", "imaginary"])
def test_each_axis_of_the_plane_has_its_own_tangent(name: str, axis: complex):
    gate = GATES[name]
    for case, places in complex_cases(name):
        point = [case.args[i] for i in places]
        t = [
            axis * np.real(d) if np.iscomplexobj(d) else 0 * d
            for d in direction(point, 3)
        ]
        function = decided(gate, case, places)

        tangent = hb.jvp(function, point, t)[1]
        assert_near(tangent, by_differences(function, point, t), 1e-6, case.label)


@EVERY
def test_complex64_stays_complex64(name: str):
    gate = GATES[name]
    for case, places in complex_cases(name):
        narrow = replace(case, args=tuple(narrowed(arg) for arg in case.args))
        found = both_modes(gate, narrow, places, of_decided=True)
        wide = both_modes(gate, case, places, of_decided=True)
        (gradients, tangents), (wide_gradients, wide_tangents) = found, wide
        for place, g in zip(places, gradients, strict=True):
            assert spec_of(g) == spec_of(narrow.args[place]), case.label
        assert_near(gradients, wide_gradients, 1e-4, case.label)
        assert_near(tangents, wide_tangents, 1e-4, case.label)


def narrowed(arg: Any) -> Any:
    halves = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}
    half = halves.get(getattr(arg, "dtype", None))
    return arg if half is None else arg.astype(half)
