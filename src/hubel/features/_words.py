"""Features as words, such as ``hog:block=2,norm=L2-Hys+hue:bins=20``."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hubel.errors import OptionError
from hubel.features._color import ColorHistogram
from hubel.features._dense_sift import DenseSIFT
from hubel.features._feature import Feature
from hubel.features._hog import HOG
from hubel.features._hog_settings import HOGSettings
from hubel.features._hue import HueHistogram
from hubel.features._images import UNIT, Range
from hubel.features._lbp import LBP
from hubel.features._together import SquareRoot, Together

KINDS: dict[str, type[Feature]] = {
    "hog": HOG,
    "hue": HueHistogram,
    "color": ColorHistogram,
    "lbp": LBP,
    "sift": DenseSIFT,
}
"""The features that have nothing to learn, by their words."""

ALL = (
    "hog:sqrt+hog:block=2,spatial=bilinear,norm=L1-sqrt,eps=1"
    "+hog:cell=4,block=2,spatial=bilinear,norm=L1-sqrt,eps=1"
    "+color:grid=2,sqrt+lbp:method=nri_uniform,grid=2,sqrt"
    "+hue:weight=saturation,grid=2,sqrt"
)
"""What the word ``all`` means: edges finely and coarsely, colours and textures."""

SQRT = "sqrt"
"""The option that every feature has here."""

_DIGITS = 5
"""More digits than any whole number among the options needs."""


def read_features(words: str, *, range: Range = UNIT) -> Together:
    """Read features with their options.

    Parameters
    ----------
    words : str
        Some of ``hog``, ``hue``, ``color``, ``lbp`` and ``sift``, joined by ``+``; or
        ``all``, a mixture that does well on photographs. After a colon follow options
        of the feature's class, ``hog:preset=skimage,block=2+hue:bins=20``; what is yes
        or no may be a bare word. Each has one more: ``sqrt``, for :class:`SquareRoot`.
    range : tuple of float
        What black and white are in images of floats.

    Returns
    -------
    Together

    Raises
    ------
    OptionError
        If a word is none of these, or a value is not allowed.

    Examples
    --------
    >>> read_features("hog + hog:cell=4,block=2,norm=L2-Hys,sqrt")
    Together(HOG(), SquareRoot(HOG(cell=4, block=2, norm='L2-Hys')))
    """
    return Together(*[_read_one(part, range) for part in split_words(words)])


def split_words(words: str) -> list[str]:
    """Return the words of each feature.

    Examples
    --------
    >>> split_words("hog:bins=12 + hue")
    ['hog:bins=12', 'hue']
    """
    text = ALL if words.strip() == "all" else words
    return [part.strip() for part in text.split("+")]


def options_of(kind: str) -> dict[str, Any]:
    """Return the options of a feature with the types of their values."""
    hints: dict[str, Any] = {}
    init: Any = KINDS[kind].__init__
    for name, parameter in inspect.signature(init).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            theirs = get_type_hints(HOGSettings)
            hints |= {field.name: theirs[field.name] for field in fields(HOGSettings)}
        elif name not in ("self", "range"):
            hints[name] = get_type_hints(init)[name]
    return hints | {SQRT: bool}


def _read_one(text: str, range: Range) -> Feature:
    """Read one feature with its options."""
    kind, colon, said = (part.strip() for part in text.partition(":"))
    if kind not in KINDS:
        raise OptionError(
            f"{kind!r} is none of the features",
            remedy=f"Give some of {', '.join(KINDS)}, joined by +, such as hog+hue; "
            "or all.",
        )
    given: dict[str, Any] = dict(_read_options(kind, said)) if colon else {}
    root = given.pop(SQRT, False)
    feature = KINDS[kind](range=range, **given)
    return SquareRoot(feature) if root else feature


def _read_options(kind: str, said: str) -> Iterator[tuple[str, Any]]:
    """Read options, each once."""
    known, seen = options_of(kind), set[str]()
    for word in said.split(","):
        name, equals, text = (part.strip() for part in word.partition("="))
        if name not in known or name in seen:
            what = "is there twice" if name in seen else "is none of its options"
            raise OptionError(
                f"{kind}:{said}: {name!r} {what}",
                remedy=f"The options of {kind} are {', '.join(known)}.",
            )
        seen.add(name)
        if not equals and known[name] is bool:
            text = "yes"
        yield name, _read_value(f"{kind}:{name}={text}", text, known[name])


def _read_value(where: str, text: str, kind: Any) -> Any:
    """Read the value of an option of a type."""
    if NoneType in get_args(kind):
        if text == "none":
            return None
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is Literal:
        read: Mapping[str, Any] = {word: word for word in get_args(kind)}
        needed = f"one of {', '.join(read)}"
    elif kind is bool:
        read, needed = {"yes": True, "no": False}, "yes or no"
    else:
        read, needed = _number(text, kind), _NEEDED[kind]
    if text not in read:
        raise OptionError(where, remedy=f"Give {needed}.")
    return read[text]


_NEEDED = {int: f"a whole number of at most {_DIGITS} digits", float: "a number"}


def _number(text: str, kind: type) -> dict[str, Any]:
    """Return a number by its text; nothing, if it is none."""
    if kind is int:
        good = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
        return {text: int(text)} if good else {}
    try:
        value = float(text)
    except ValueError:
        return {}
    return {text: value} if math.isfinite(value) else {}
