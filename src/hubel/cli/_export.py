"""`hubel export`: a trained net as a file that other programs run."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from hubel.cli._parser import Parser
from hubel.experiments import load

_STORY = """\
Write a trained net as an ONNX file, which other programs run without hubel.

The file takes `images`: any number of them, uint8 from 0 to 255, (n, height, width,
channels); what the net does to pixels first is inside. It gives `probabilities` (of a
net trained with the SVM's loss, `scores`) and `labels`. The names of the classes are in
its metadata. Every file is checked, by onnxruntime on 100 images too if that is there.
"""

_EXAMPLES = """\
examples:
  hubel export runs/tenshapes-1 --onnx             into the run's folder, as model.onnx
  hubel export runs/tenshapes-1 --onnx net.onnx --best
"""

_NAME = "model.onnx"


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="write a trained net for other programs (ONNX)",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s RUN --onnx [FILE] [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("folder", metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "--onnx",
        nargs="?",
        const="",
        required=True,
        metavar="FILE",
        help=f"where to write (default: {_NAME} in the run's folder)",
    )
    parser.add_argument(
        "--best",
        action="store_true",
        help="the net of the best validation accuracy, not the last one",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace) -> int:
    """Write as the options say; return the exit code."""
    model = load(options.folder, best=options.best)
    path = Path(options.onnx) if options.onnx else Path(options.folder) / _NAME
    difference = model.to_onnx(path)
    if options.json:
        print(
            json.dumps(
                {
                    "file": str(path),
                    "bytes": path.stat().st_size,
                    "onnxruntime_difference": difference,
                    "class_names": model.class_names,
                    "image_shape": model.image_shape,
                }
            )
        )
        return 0
    print(f"{path}: {path.stat().st_size:,} bytes")
    if difference is None:
        print("not compared: `pip install onnxruntime` lets this command do so")
    else:
        print(
            f"onnxruntime gives the same, to {difference:.1g}, on images like the data"
        )
    return 0
