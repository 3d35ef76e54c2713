"""Schedules: what they start with, end with and pass through."""

from __future__ import annotations

import math

import pytest

from hubel.errors import OptionError
from hubel.nn import schedules
from hubel.nn.schedules import SCHEDULES, find_schedule


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 7, 1000])
def test_multipliers_are_positive_and_at_most_one(name, total):
    values = [SCHEDULES[name](step, total) for step in range(total)]
    assert all(0 < value <= 1 for value in values)
    if name != "warmup":
        assert values[0] == 1
        assert values == sorted(values, reverse=True)


def test_formulas():
    assert schedules.Constant()(5, 10) == 1
    assert schedules.Step((0.5,), 0.2)(5, 10) == 0.2
    assert schedules.Exponential(0.25)(5, 10) == pytest.approx(0.5)
    assert schedules.OneOverT(3)(5, 10) == pytest.approx(0.4)
    cosine = schedules.Cosine(0.1)
    assert cosine(2, 10) == pytest.approx(0.1 + 0.45 * (1 + math.cos(math.pi / 5)))
    assert cosine(10, 10) == pytest.approx(0.1)


def test_warmup_rises_then_follows():
    warm = schedules.Warmup(0.2, schedules.Exponential(0.5))
    assert [warm(step, 10) for step in (0, 1, 2)] == [0.5, 1.0, 1.0]
    assert warm(6, 10) == pytest.approx(0.5**0.5)
    assert schedules.Warmup(0.0)(0, 10) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: schedules.Step(factor=0),
        lambda: schedules.Exponential(-1),
        lambda: schedules.OneOverT(0),
        lambda: schedules.Warmup(1.0),
    ],
)
def test_ranges(make):
    with pytest.raises(OptionError):
        make()


def test_find_schedule():
    assert find_schedule("one-over-t") == schedules.OneOverT()
    own = schedules.Cosine(0.5)
    assert find_schedule(own) is own
    with pytest.raises(OptionError, match="no schedule 'linear'"):
        find_schedule("linear")
