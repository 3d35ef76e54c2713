"""One PNG or JPEG picture: its size before anything is unpacked, then its pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DataError, OptionError

if TYPE_CHECKING:
    from PIL.Image import Image

Resize = Literal["fit", "crop", "stretch", "error"]
Size = tuple[int, int]
"""Height and width."""

#: Photographs of today's cameras pass; 200 MB as colours. Pillow alone would stop at
#: 179 million pixels, which 20 kB of a crafted file can promise.
MOST_PIXELS = 2**26
#: No picture of so few pixels takes more than this as a file.
LARGEST_PICTURE = 2**28
MOST_SIDE = 4096
"""Of a picture after resizing."""

_GREY = ("1", "L", "I", "I;16", "I;16B", "I;16L")
_TURNED = range(5, 9)
"""The values of Exif's tag Orientation (0x0112) that swap height and width."""


@dataclass(frozen=True)
class Header:
    """What a picture says of itself: height and width, and whether it has colours."""

    size: Size
    grey: bool


@dataclass(frozen=True, kw_only=True)
class Form:
    """What every picture of a data set is brought to.

    Attributes
    ----------
    size : tuple of int
        Height and width.
    channels : int
        1 for grey or 3 for colours.
    resize : str
        ``"fit"`` shows all of a picture, with a margin; ``"crop"`` fills the size and
        cuts off what is outside; ``"stretch"`` changes its proportions; ``"error"``
        takes no other size.
    background : int
        Grey level, 0 to 255, of margins and behind transparent pixels.
    """

    size: Size
    channels: int
    resize: Resize = "error"
    background: int = 0

    def __post_init__(self) -> None:
        """Refuse what no picture can be brought to."""
        if not all(1 <= side <= MOST_SIDE for side in self.size):
            raise OptionError(f"size must be 1 to {MOST_SIDE:,}, not {self.size}")
        if self.channels not in (1, 3):
            raise OptionError(f"channels must be 1 or 3, not {self.channels}")
        if self.resize not in get_args(Resize):
            raise OptionError(
                f"there is no resize policy {self.resize!r}",
                remedy=f"Choose one of: {', '.join(get_args(Resize))}.",
            )
        if not 0 <= self.background <= 255:
            raise OptionError(f"background must be 0 to 255, not {self.background}")


def read_header(data: bytes, name: str) -> Header:
    """Return what the picture in these bytes says of itself, without unpacking it."""
    with _opened(data, name) as image:
        width, height = image.size
        grey = image.mode in (*_GREY, "LA")
        size = (width, height) if _orientation(image) in _TURNED else (height, width)
        return Header(size, grey)


def read_picture(data: bytes, name: str, form: Form) -> NDArray[np.uint8]:
    """Return the pixels of the picture in these bytes, uint8 (h, w, channels)."""
    with _opened(data, name) as image:
        opaque = _opaque(_upright(image), form.background)
        colored = opaque.convert("L" if form.channels == 1 else "RGB")
        pixels = np.asarray(_shape(colored, form, name), np.uint8)
        return pixels.reshape(*form.size, form.channels)


@contextmanager
def _opened(data: bytes, name: str) -> Generator[Image]:
    """Give a picture of a sane size; whatever is wrong with it is a `DataError`.

    Pillow answers damaged files with exceptions of many kinds (OSError, ValueError,
    SyntaxError, struct.error, ...), and with warnings where it guesses.
    """
    from PIL import Image  # slow to load, and most data sets need none of it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                _check_size(image, name)
                yield image
    except DataError:
        raise
    except Image.UnidentifiedImageError:
        raise DataError(f"{name}: is no PNG or JPEG picture") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(
            f"{name}: says it has more than {MOST_PIXELS:,} pixels, too many to unpack"
        ) from None
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{name}: a damaged picture: {reason}") from error


def _check_size(image: Image, name: str) -> None:
    """Refuse a picture with too many pixels while it is still packed."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise DataError(
            f"{name}: says it has {width:,}x{height:,} pixels, where at most "
            f"{MOST_PIXELS:,} in all were expected"
        )


def _orientation(image: Image) -> int:
    """Return how a camera was held, 1 to 8; only JPEG says so before it is unpacked."""
    if image.format not in ("JPEG", "MPO"):
        return 1
    return image.getexif().get(0x0112, 1)


def _upright(image: Image) -> Image:
    """Turn a photograph as it was seen."""
    from PIL import ImageOps

    return image if _orientation(image) == 1 else ImageOps.exif_transpose(image)


def _opaque(image: Image, background: int) -> Image:
    """Return a picture in mode L or RGB, over the background where it has holes."""
    from PIL import Image

    if image.mode.startswith("I"):
        sixteen = np.clip(np.asarray(image, np.int64), 0, 0xFFFF)
        return Image.fromarray((sixteen >> 8).astype(np.uint8))
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        over = image.convert("RGBA")
        below = Image.new("RGBA", over.size, (background,) * 3 + (255,))
        return Image.alpha_composite(below, over).convert("RGB")
    return image.convert("L" if image.mode in _GREY else "RGB")


def _shape(image: Image, form: Form, name: str) -> Image:
    """Bring a picture to the form's size."""
    from PIL import Image, ImageOps

    height, width = form.size
    target, smooth = (width, height), Image.Resampling.BILINEAR
    if image.size == target:
        return image
    if form.resize == "stretch":
        return image.resize(target, smooth)
    if form.resize == "crop":
        return ImageOps.fit(image, target, smooth)
    if form.resize == "fit":
        color = form.background if image.mode == "L" else (form.background,) * 3
        return ImageOps.pad(image, target, smooth, color=color)
    raise DataError(
        f"{name}: {image.height}x{image.width}, where {height}x{width} was expected",
        remedy='Choose resize="fit", "crop" or "stretch"; as an option, --resize.',
    )
