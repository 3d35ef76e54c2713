"""Values of options, from text."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from hubel.cli._values import name_of, number, whole, widths


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (widths, "100", (100,)),
        (widths, "512,256", (512, 256)),
        (widths, " 512, 256 ", (512, 256)),
        (widths, "512-256", (512, 256)),
        (widths, "none", ()),
        (widths, "None", ()),
        (widths, "0", ()),
        (whole(1), "1", 1),
        (whole(1), "50,000", 50_000),
        (whole(0), "0", 0),
        (number(0), "1e-3", 0.001),
        (number(0, 1), "0", 0.0),
        (name_of(["leaky_relu"]), "leaky-relu", "leaky_relu"),
        (name_of(["leaky_relu"]), "leaky_relu", "leaky_relu"),
    ],
)
def test_what_is_understood(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (widths, "many", "such as 100 or 512,256, or none"),
        (widths, "100,", "such as"),
        (widths, "100,0", "such as"),
        (widths, "-5", "such as"),
        (widths, "9" * 5000, "such as"),
        (whole(1), "0", "not a whole number from 1"),
        (whole(1), "1.5", "not a whole number from 1"),
        (whole(1), "-1", "not a whole number from 1"),
        (whole(1), "9" * 5000, "not a whole number from 1"),
        (whole(1), "", "not a whole number from 1"),
        (number(0), "-0.1", "not a number from 0"),
        (number(0), "nan", "not a number from 0"),
        (number(0), "inf", "not a number from 0"),
        (number(0), "fast", "not a number from 0"),
        (number(0, 1), "1", "not a number from 0 and below 1"),
        (name_of(["relu", "tanh"]), "rellu", "none of relu, tanh; did you mean 'relu'"),
        (name_of(["relu", "tanh"]), "x", "none of relu, tanh$"),
    ],
)
def test_what_is_refused(read, text, told):
    with pytest.raises(ArgumentTypeError, match=told):
        read(text)
