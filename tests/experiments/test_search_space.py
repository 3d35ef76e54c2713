"""What a search tries: read from text, drawn, narrowed, written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import OptionError
from hubel.experiments.searching import Choice, Range, parse
from hubel.experiments.searching._space import DEFAULT, KINDS, draw, narrow


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("lr=1e-4..1e-1", Range(1e-4, 1e-1)),
        (" l2 = 1e-6 .. 1 ", Range(1e-6, 1.0)),
        ("l2=0,1e-3", Choice((0.0, 1e-3))),
        ("momentum=0..0.99", Range(0.0, 0.99, log=False)),
        ("dropout=0.5", Choice((0.5,))),
        ("hidden=50,100,200-100,none", Choice(((50,), (100,), (200, 100), ()))),
        ("batch-size=32,64", Choice((32, 64))),
        ("activation=relu,leaky-relu", Choice(("relu", "leaky_relu"))),
        ("schedule=cosine", Choice(("cosine",))),
    ],
)
def test_parse(text, axis):
    name, found = parse(text)
    assert name in KINDS
    assert found == axis
    assert parse(f"{name}={found}") == (name, found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lr",
        "=1",
        "epochs=1,2",
        "lr=",
        "lr=a",
        "lr=0..1",
        "lr=0",
        "lr=1..1",
        "lr=2..1",
        "lr=nan..1",
        "lr=1e-3..inf",
        "lr=1..2..3",
        "l2=-1",
        "l2=0..1",
        "momentum=0..1",
        "hidden=10..20",
        "hidden=0",
        "hidden=5-",
        "hidden=9999999999",
        "batch-size=1.5",
        "batch-size=0",
        "activation=step",
        "lr=0.1,0.1",
        "lr=__import__('os')",
        "batch-size=" + ",".join(map(str, range(1, 200))),
    ],
)
def test_what_makes_no_sense_is_refused(text):
    with pytest.raises(OptionError):
        parse(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for whole in (text, f"lr={text}", f"hidden={text}"):
        try:
            name, axis = parse(whole)
        except OptionError:
            continue
        assert parse(f"{name}={axis}") == (name, axis)


def test_a_range_of_less_than_three_digits_can_be_narrowed():
    whole = Range(0.12345, 0.12346)
    found = whole.narrowed([whole.at(0.5)])
    assert found.low == found.high == 0.12345


@pytest.mark.parametrize("ends", [(0, 1), (-1, 1), (1, 0.1), (1, float("nan"))])
def test_ends_that_make_no_range_are_refused(ends):
    with pytest.raises(OptionError, match="a range from"):
        Range(*ends)
    with pytest.raises(OptionError, match="no values"):
        Choice(())


def test_draws_are_spread_by_powers_of_ten_and_depend_on_nothing_else():
    drawn = [draw(DEFAULT, 0, trial) for trial in range(1, 301)]
    for name, low, powers in (("lr", 1e-4, 3), ("l2", 1e-6, 6)):
        for power in range(powers):
            begin = low * 10**power
            share = sum(begin <= v[name] < 10 * begin for v in drawn) / len(drawn)
            assert share == pytest.approx(1 / powers, abs=0.08)
    more = {**DEFAULT, "dropout": Range(0.0, 0.5, log=False)}
    for trial, values in enumerate(drawn[:20], 1):
        found = draw(more, 0, trial)
        assert 0 <= found.pop("dropout") <= 0.5
        assert found == values
    assert draw(DEFAULT, 1, 1) != drawn[0]


def test_every_choice_is_drawn():
    space = {"hidden": Choice(((1,), (2,), ()))}
    drawn = {draw(space, 0, trial)["hidden"] for trial in range(40)}
    assert drawn == {(1,), (2,), ()}


def test_narrowing_keeps_what_was_good():
    space = {**DEFAULT, "activation": Choice(("relu", "tanh", "elu"))}
    good = [
        {"lr": 1e-3, "l2": 1e-4, "activation": "elu"},
        {"lr": 1e-2, "l2": 1e-4, "activation": "relu"},
    ]
    found = narrow(space, good)
    assert found["activation"] == Choice(("relu", "elu"))
    lr, l2 = found["lr"], found["l2"]
    assert isinstance(lr, Range)
    assert isinstance(l2, Range)
    assert (lr.low, lr.high) == pytest.approx((10**-3.5, 10**-1.5), rel=1e-2)
    # One value says where, not how near: the range is a quarter as long.
    assert l2.high / l2.low == pytest.approx(10**1.5, rel=2e-2)


@given(
    st.lists(st.floats(1e-4, 1e-1), min_size=1, max_size=9), st.floats(0, 1, width=32)
)
def test_a_narrowed_range_is_a_part_around_the_values(values, share):
    whole = Range(1e-4, 1e-1)
    part = whole.narrowed(values)
    assert whole.low <= part.low < part.high <= whole.high
    assert part.low <= min(values) * 1.01
    assert part.high >= max(values) * 0.99
    assert part.low <= part.at(share) <= part.high
