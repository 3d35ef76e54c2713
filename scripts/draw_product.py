"""Draw how a matrix product is cut into panels and tiles, for the documentation.

    python scripts/draw_product.py

The sizes are those of AVX-512 in float32: tiles of 13 rows and 2 vectors of 16 numbers.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).parent.parent / "docs" / "images" / "product.svg"

ROWS, VECTORS = 13, 2
STEP = 10
"""Pixels of a number along the rows of the tile."""

TILE = ROWS * STEP
PANEL = 160
"""Pixels of a vector panel's width."""

DEPTH = 190
LEFT, TOP = 30, 50
EDGE = LEFT + DEPTH + 30
"""Where the result begins, from the left."""

BELOW = TOP + DEPTH + 30
"""Where it begins, from the top."""

STYLE = (
    "text{font:13px sans-serif;fill:#444}.box{fill:none;stroke:#888}"
    ".panel{fill:#dbe9f6;stroke:#888}.step{fill:#2b7bba;stroke:none}"
    ".sums{fill:#fbe3c0;stroke:#c77700}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}.panel{fill:#23405a}"
    ".sums{fill:#5a4010}}"
)


def main() -> None:
    """Write the picture."""
    width, height = EDGE + 2 * PANEL + 250, BELOW + 2 * TILE + 40
    parts = [*_left(), *_above(), *_result(), *_words()]
    body = "\n".join(parts)
    TARGET.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">\n'
        "<title>A product by panels and tiles</title>\n"
        f"<style>{STYLE}</style>\n{body}\n</svg>\n",
        encoding="utf-8",
    )


def _box(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" '
        f'height="{height:g}"/>'
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}">{words}</text>'


def _left() -> list[str]:
    """Draw the block of the left operand, with one step of k in its first panel."""
    return [
        _box("panel", LEFT, BELOW, DEPTH, TILE),
        _box("box", LEFT, BELOW + TILE, DEPTH, TILE),
        *[_box("step", LEFT + 60, BELOW + STEP * r + 1, 8, 8) for r in range(ROWS)],
    ]


def _above() -> list[str]:
    """Draw the block of the right operand: the same step is two vectors."""
    wide = PANEL / VECTORS
    return [
        _box("panel", EDGE, TOP, PANEL, DEPTH),
        _box("box", EDGE + PANEL, TOP, PANEL, DEPTH),
        *[
            _box("step", EDGE + wide * v + 1, TOP + 60, wide - 2, 8)
            for v in range(VECTORS)
        ],
    ]


def _result() -> list[str]:
    """Draw the result: the sums of one tile are a register each."""
    wide = PANEL / VECTORS
    places = [(r, v) for r in range(ROWS) for v in range(VECTORS)]
    return [
        _box("box", EDGE, BELOW, 2 * PANEL, 2 * TILE),
        *[
            _box("sums", EDGE + wide * v + 1, BELOW + STEP * r + 1, wide - 2, 8)
            for r, v in places
        ],
    ]


def _words() -> list[str]:
    """Say what is what."""
    right = EDGE + 2 * PANEL + 15
    return [
        _text(LEFT, BELOW + 2 * TILE + 20, "A: panels of 13 rows"),
        _text(EDGE, TOP - 15, "B: panels of 32 columns, two vectors"),
        _text(EDGE, BELOW + 2 * TILE + 20, "C = A B"),
        _text(LEFT + 52, BELOW - 8, "k →"),
        _text(LEFT, TOP + 56, "one step of k:"),
        _text(LEFT, TOP + 74, "13 numbers of A,"),
        _text(LEFT, TOP + 92, "each in all lanes, times"),
        _text(LEFT, TOP + 110, "2 vectors of B"),
        _text(right, BELOW + 50, "26 sums in registers"),
        _text(right, BELOW + 68, "until the panels end"),
    ]


if __name__ == "__main__":
    main()
