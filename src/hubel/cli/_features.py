"""`hubel features`: features of the images of a folder or a data set, as a file."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hubel.cli._meter import PICTURES, Meter
from hubel.cli._parser import Parser
from hubel.cli._values import data_of, features, listed, whole
from hubel.cli._words import duration
from hubel.data import Resize
from hubel.errors import OptionError
from hubel.experiments import FOLDER, SOURCES
from hubel.experiments._atomic import write_whole
from hubel.experiments._featurize import Featurized, featurize
from hubel.experiments._featurize_source import ImageSource, open_source
from hubel.experiments._nets import read_pixels
from hubel.features import HOG, Feature, HueHistogram, SquareRoot
from hubel.features._words import KINDS, split_words

_STORY = """\
Compute features of many images and write them to a file, in the memory of a batch.

IMAGES is a folder of pictures, a file (.npy of images, .parquet or .tar with pictures),
or the name of a data set. Rows come in the order of the pictures' names; the class of a
picture is the folder at the top that it is in.

FILE.npy is an array with a row of numbers for each image; beside it are FILE.csv with
label, class, part and file of each row, and FILE.json with the columns of each feature.
FILE.parquet holds all of that. The files appear when they are whole.
"""

_EXAMPLES = """\
examples:
  hubel features pictures/ --out rows.npy --resize crop --size 64
  hubel features cifar10 --data-dir DIR --kind hog:block=2,norm=L2-Hys+hue --out f.npy
  hubel features tenshapes --kind all --out rows.parquet --show sheet.png
"""

_NAMED = tuple(name for name in SOURCES if name != FOLDER)
_MOST_SHOWN = 48


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="compute features of many images and write them to a file",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s IMAGES --out FILE [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "source",
        type=_source,
        metavar="IMAGES",
        help=f"a folder, a file, or one of {listed(_NAMED)}",
    )
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="what to write: .npy or .parquet"
    )
    parser.add_argument(
        "--kind",
        type=features,
        default="hog+hue",
        metavar="WORDS",
        help=f"some of {listed(KINDS)} with their options, such as hog+hue or "
        "hog:preset=skimage,block=2+hue:bins=20; or all (default: hog+hue)",
    )
    parser.add_argument(
        "--show",
        metavar="SHEET",
        help=f"write a PNG with up to {_MOST_SHOWN} images of the first ones beside "
        "drawings of their features",
    )
    _image_options(parser)
    parser.add_argument("--quiet", action="store_true", help="print the file only")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, and no progress"
    )


def _image_options(parser: Parser) -> None:
    """Add what says which images, and of which size."""
    parser.add_argument(
        "--images",
        type=whole(1),
        metavar="N",
        help="take the first N images only; of a data set N to train on, and at most "
        "as many for the test",
    )
    parser.add_argument(
        "--size", type=whole(1), metavar="N", help="bring pictures to NxN"
    )
    parser.add_argument(
        "--resize",
        choices=get_args(Resize),
        default="error",
        help="pictures of another size than the first: fit shows all of them with a "
        "margin, crop their middle, stretch bends them, error refuses them (default)",
    )
    parser.add_argument(
        "--data-dir", metavar="DIR", help="the folder with the files of a data set"
    )


def _source(text: str) -> str | Path:
    """Read the name of a data set, or a path."""
    return Path(text) if Path(text).exists() else data_of(_NAMED)(text)


def run(options: Namespace) -> int:
    """Compute as the options say; return the exit code."""
    if options.show and not options.show.lower().endswith(".png"):
        raise OptionError(
            f"--show {options.show}: a sheet is a PNG",
            remedy="Give a name that ends in .png.",
        )
    _check_out(options)
    source = open_source(
        options.source,
        data_dir=options.data_dir,
        images=options.images,
        size=options.size,
        resize=options.resize,
    )
    meter = Meter(PICTURES, quiet=options.quiet or options.json)
    try:
        found = featurize(source, options.kind, options.out, progress=meter.move)
    finally:
        meter.close()
    if options.show:
        write_whole(Path(options.show), _sheet(source, options.kind))
    _tell(found, options)
    return 0


def _check_out(options: Namespace) -> None:
    """Refuse to write features over the images that they are of."""
    out, source = Path(options.out), options.source
    if isinstance(source, Path) and out.exists() and out.samefile(source):
        raise OptionError(
            f"--out {out}: these are the images", remedy="Choose another name."
        )


def _tell(found: Featurized, options: Namespace) -> None:
    """Say what was written."""
    rate = found.images / found.seconds
    if options.json:
        told = {
            "out": str(found.path),
            "beside": [str(path) for path in found.beside],
            "images": found.images,
            "numbers": found.numbers,
            "columns": found.columns,
            "class_names": found.class_names,
            "seconds": found.seconds,
            "images_per_second": rate,
            "sheet": options.show,
        }
        print(json.dumps(told))
    elif options.quiet:
        print(found.path)
    else:
        print(
            f"{found.path}: {found.images:,} images, {found.numbers:,} numbers each; "
            f"{rate:,.0f} images/s, {duration(found.seconds)} in all"
        )
        for name, first, end in found.columns:
            print(f"  columns {first} to {end - 1}: {name}")
        for path in (*found.beside, *([options.show] if options.show else [])):
            print(f"also written: {path}")


def _sheet(source: ImageSource, words: str) -> bytes:
    """Draw the features of the first images."""
    from hubel.view._feature_sheet import feature_sheet

    images, origins = next(source.batches(_MOST_SHOWN))
    names = (*source.class_names, "")  # the last one is that of an unknown class
    captions = [[names[o.label], Path(o.file).name] for o in origins]
    parts = zip(split_words(words), read_pixels(words).features, strict=True)
    panels = [(word, _draw(feature, images)) for word, feature in parts]
    return feature_sheet(images, captions, panels)


def _draw(feature: Feature, images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Draw a feature as what it is: strokes, a histogram of hues, or numbers."""
    from hubel.view._feature_sheet import bar_tiles, glyph_tiles

    inner = feature.feature if isinstance(feature, SquareRoot) else feature
    if isinstance(inner, HOG):
        settings = inner.settings
        return glyph_tiles(
            inner.cells(images), signed=settings.signed, start=settings.start
        )
    rows = inner(images)
    if isinstance(inner, HueHistogram):
        return bar_tiles(rows.reshape(len(rows), -1, inner.bins).sum(1), hues=True)
    return bar_tiles(rows)
