"""``np.einsum`` as it is written, brought to the normal form of the gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._cast import astype
from hubel.gates._diagonal import np_diagonal
from hubel.gates._einsum import einsum, renamed
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape, transpose
from hubel.gates._sum import sum_over
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import Value

Named = tuple[Value, str]
"""An operand and a letter for each of its axes."""


@implements(np.einsum)
def np_einsum(
    *operands: Any,
    out: None = None,
    optimize: Any = False,
    dtype: Any = None,
    order: str = "K",
    casting: str = "safe",
) -> Value:
    """Mean what ``np.einsum`` means, in all its forms."""
    without_out(out)
    arrays, subscripts = _written(operands)
    if dtype is not None:
        arrays = [astype(x, dtype=np.dtype(dtype)) for x in arrays]
    words, output = _explicit(subscripts, [ndim_of(x) for x in arrays])
    named = [_distinct(x, w) for x, w in zip(arrays, words, strict=True)]
    return _normal(named, output)


def _written(operands: tuple[Any, ...]) -> tuple[list[Value], str]:
    """Give the arrays and the subscripts as text, from either way to write them."""
    if isinstance(operands[0], str):
        return [as_value(x) for x in operands[1:]], operands[0].replace(" ", "")
    arrays = [as_value(x) for x in operands[0 : len(operands) // 2 * 2 : 2]]
    words = [_letters(numbers) for numbers in operands[1::2]]
    text = ",".join(words)
    if len(operands) % 2:
        text += f"->{_letters(operands[-1])}"
    return arrays, text


def _letters(numbers: Sequence[Any]) -> str:
    # NumPy gives 0 the letter A, so that letters sort as numbers do.
    upper_first = ascii_letters[26:] + ascii_letters[:26]
    return "".join("..." if n is Ellipsis else upper_first[n] for n in numbers)


def _explicit(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """Replace each ``...`` by letters and write the output out."""
    left, arrow, output = subscripts.partition("->")
    words = left.split(",")
    if len(words) != len(ndims):
        raise ShapeError(
            f"subscripts {subscripts!r} name {len(words)} operands, {len(ndims)} were "
            "given"
        )
    free = "".join(a for a in ascii_letters if a not in subscripts)
    counts = [n - len(w.replace("...", "")) for w, n in zip(words, ndims, strict=True)]
    most = max([c for c, w in zip(counts, words, strict=True) if "..." in w], default=0)
    if most > len(free):
        raise ShapeError(f"subscripts {subscripts!r} need more than 52 letters")
    rest = free[:most]
    words = [
        w.replace("...", rest[max(0, most - c) :]) if c >= 0 else w
        for w, c in zip(words, counts, strict=True)
    ]
    if not arrow:
        seen = Counter("".join(words))
        once = sorted(a for a, n in seen.items() if n == 1 and a not in rest)
        return words, rest + "".join(once)
    if most and "..." not in output:
        raise ShapeError(
            f"the output of {subscripts!r} leaves out the axes of ...",
            remedy="write ... in the output too, or sum over named axes",
        )
    return words, output.replace("...", rest)


def _distinct(x: Value, word: str) -> Named:
    """Take diagonals until no letter of an operand is written twice."""
    shape = shape_of(x)
    if len(word) != len(shape) or (not word.isalpha() and word):
        raise ShapeError(
            f"subscripts {word!r} for an operand of shape {shape}",
            remedy="write one letter for each axis, or ... for the rest",
        )
    for letter in dict.fromkeys(word):
        while word.count(letter) > 1:
            first = word.index(letter)
            second = word.index(letter, first + 1)
            if shape_of(x)[first] != shape_of(x)[second]:
                raise ShapeError(
                    f"axes {letter!r} of shape {shape} have different lengths",
                    remedy="a letter that is written twice means a diagonal",
                )
            x = np_diagonal(x, 0, first, second)
            word = word[:first] + word[first + 1 : second] + word[second + 1 :] + letter
    return x, word


def _normal(named: list[Named], output: str) -> Value:
    """Apply the gate to operands without axes that are broadcast or summed alone."""
    longest: dict[str, int] = {}
    for x, word in named:
        for letter, length in zip(word, shape_of(x), strict=True):
            longest[letter] = max(longest.get(letter, length), length, key=_not_one)
    if len(set(output)) != len(output) or not set(output) <= set(longest):
        raise ShapeError(
            f"the output {output!r} names an axis twice, or one that no operand has"
        )
    named = [_without_ones(x, word, longest) for x, word in named]
    seen = Counter(output + "".join(word for _, word in named))
    named = [_summed(x, "".join(a for a in w if seen[a] < 2), w) for x, w in named]
    if len(named) > 1:
        words = tuple(word for _, word in named)
        return einsum(*[x for x, _ in named], subscripts=renamed(words, output))
    x, word = named[0]
    return transpose(x, axes=tuple(word.index(letter) for letter in output))


def _not_one(length: int) -> bool:
    return length != 1


def _without_ones(x: Value, word: str, longest: dict[str, int]) -> Named:
    """Leave out axes of length 1 that are broadcast against longer ones."""
    shape = shape_of(x)
    pairs = list(zip(word, shape, strict=True))
    kept = [(a, n) for a, n in pairs if n != 1 or longest[a] == 1]
    if len(kept) == len(pairs):
        return x, word
    return reshape(x, shape=tuple(n for _, n in kept)), "".join(a for a, _ in kept)


def _summed(x: Value, alone: str, word: str) -> Named:
    """Sum over the axes that no other operand and no output has."""
    if not alone:
        return x, word
    total = sum_over(x, axis=tuple(word.index(letter) for letter in alone))
    if dtype_of(total) != dtype_of(x):
        total = astype(total, dtype=dtype_of(x))
    return total, "".join(letter for letter in word if letter not in alone)
