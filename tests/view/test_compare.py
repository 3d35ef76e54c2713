"""Rows beside each other: dots, means and spreads."""

import math
import xml.etree.ElementTree as ET

import pytest

from hubel.errors import OptionError
from hubel.view import comparison, raster


def test_every_value_is_a_dot_and_every_mean_a_number():
    picture = comparison({"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0]}, x_label="%")
    root = ET.fromstring(picture)
    dots = [e for e in root.iter() if e.get("class") == "dot"]
    assert len(dots) == 6
    assert "2.0 ± 1.0" in picture
    assert "5.0 ± 0.0" in picture
    assert "a: mean 2, standard deviation 1" in picture
    assert raster(picture)[1:4] == b"PNG"


def test_what_was_lost_is_said():
    picture = comparison({"a": [math.nan, math.nan], "b": [1.0, math.nan]})
    assert ">lost<" in picture
    assert (
        len([e for e in ET.fromstring(picture).iter() if e.get("class") == "dot"]) == 1
    )


def test_no_rows():
    with pytest.raises(OptionError, match="no rows"):
        comparison({})
