"""The colours keep their contrast, in light and in dark."""

from __future__ import annotations

import pytest

from hubel.view._theme import DARK, LIGHT, OVER_FROM, SERIES, SHADES


def luminance(color):
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Return the contrast ratio of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_the_one_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_lines_stand_out(theme):
    for name in ("ink", "muted", *(f"series{k}" for k in range(SERIES))):
        assert contrast(theme[name], theme["surface"]) >= 5, name
    assert contrast(theme["ink"], theme["raised"]) >= 5
    assert contrast(theme["axis"], theme["surface"]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_counts_stand_out_from_every_shade(theme, kind):
    for k in range(SHADES):
        words = theme["over" if k >= OVER_FROM else "ink"]
        assert contrast(words, theme[f"{kind}{k}"]) >= 5, k


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_shades_are_in_order(theme, kind):
    steps = [luminance(theme[f"{kind}{k}"]) for k in range(SHADES)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))


def test_both_themes_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()
