"""`hubel train`: its options, and what it does with them."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from hubel import nn
from hubel.cli._exits import CLOSED, STOPPED, TERMINATED, discard_output
from hubel.cli._json import JsonLines
from hubel.cli._lines import Lines
from hubel.cli._meter import PICTURES, Meter
from hubel.cli._parser import Parser
from hubel.cli._show import Show
from hubel.cli._values import (
    augmentation,
    data_of,
    features,
    listed,
    name_of,
    number,
    whole,
    widths,
)
from hubel.data import Resize
from hubel.errors import TrainingError
from hubel.experiments import (
    FOLDER,
    SOURCES,
    Event,
    Started,
    Terminated,
    TrainResult,
    TrainSettings,
    resume_command,
    train,
)
from hubel.features._words import KINDS
from hubel.nn import Slice

_STORY = """\
Train a net on images and write a report that shows what happened.

A linear classifier gives each class a score, f = W x. A 2-layer net has one hidden
layer in between, f = W2 max(0, W1 x): 3072-100-10 is a net from 3072 numbers (an image
of 32x32x3) over 100 hidden neurons to 10 class scores. --hidden says how many neurons
each hidden layer has.
"""

_EXAMPLES = """\
examples:
  hubel train                              a 2-layer net on images that hubel draws
  hubel train --data mnist --data-dir DIR --hidden 512,256     a 3-layer net on digits
  hubel train --data cifar10 --data-dir DIR --hidden none --loss svm      a linear SVM
  hubel train --data cifar10 --data-dir DIR --conv 16,32       a convolutional net
  hubel train --data cifar10 --data-dir DIR --features hog+hue     edges and colours
  hubel train --data pictures/ --resize crop --size 32        your own, a folder a class

  hubel train --resume runs/mnist-100-1    go on with a run that was interrupted

Ctrl-C ends a run early and keeps what it has learned. "chosen for the data" means that
the value depends on --data and on whether there is a hidden layer; the run says it.
"""

_CHOSEN = "(default: chosen for the data)"
_NAMED = tuple(name for name in SOURCES if name != FOLDER)


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="train a net on images and write a report",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    _data_options(parser.add_argument_group("data"))
    _net_options(parser.add_argument_group("net"))
    _training_options(parser.add_argument_group("training"))
    _output_options(parser.add_argument_group("output"))


def _data_options(group: Any) -> None:
    """Add what says which images to train on."""
    group.add_argument(
        "--data",
        type=data_of(_NAMED),
        metavar="NAME|PATH",
        help=f"{listed(_NAMED)}, or the path of a folder of pictures with a folder "
        "for each class (default: tenshapes, drawn by hubel itself)",
    )
    group.add_argument(
        "--size",
        type=whole(1),
        metavar="N",
        help="bring the pictures of a folder to NxN (default: the size that all have, "
        "or 32 with --resize)",
    )
    group.add_argument(
        "--resize",
        choices=get_args(Resize),
        help="pictures of another size: fit shows all of them with a margin, crop "
        "their middle, stretch bends them, error refuses them (default: error)",
    )
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        help="the folder with the files of mnist or cifar10 (default: the one that the "
        "environment variable HUBEL_DATA names)",
    )
    group.add_argument(
        "--images",
        type=whole(2),
        metavar="N",
        help="begin with the first N training images only, for a quick try",
    )
    group.add_argument(
        "--validation",
        type=whole(0),
        metavar="N",
        help="training images to set aside for the validation accuracy, 0 for none "
        "(default: a tenth, at most 5,000)",
    )


def _net_options(group: Any) -> None:
    """Add what says what kind of net to train."""
    group.add_argument(
        "--conv",
        type=widths,
        metavar="N[,N...]",
        help="filters of each convolutional layer in front, of 3x3, each followed by "
        "the activation and 2x2 max pooling (default: none)",
    )
    group.add_argument(
        "--features",
        type=features,
        metavar="WORDS",
        help="compute features of the images and learn from these: some of "
        f"{listed(KINDS)}, such as hog+hue or hog:block=2,norm=L2-Hys+hue:bins=20; or "
        "all (default: learn from the pixels)",
    )
    group.add_argument(
        "--hidden",
        type=widths,
        metavar="N[,N...]",
        help="neurons of each hidden layer, or none for a linear classifier "
        "(default: 100)",
    )
    group.add_argument(
        "--activation",
        type=name_of(nn.ACTIVATIONS),
        metavar="NAME",
        help=f"of the hidden layers: {listed(nn.ACTIVATIONS)} (default: relu)",
    )
    group.add_argument(
        "--dropout",
        type=number(0, 1),
        metavar="RATE",
        help=f"share of hidden neurons left out in each step {_CHOSEN}",
    )


def _training_options(group: Any) -> None:
    """Add what says how to train."""
    for name, kind, metavar, text in _TRAINING:
        group.add_argument(f"--{name}", type=kind, metavar=metavar, help=text)


_TRAINING = (
    (
        "loss",
        name_of(("softmax", "svm")),
        "NAME",
        "softmax (cross-entropy) or svm (multiclass hinge) (default: softmax)",
    ),
    (
        "optimizer",
        name_of(nn.OPTIMIZERS),
        "NAME",
        f"{listed(nn.OPTIMIZERS)} (default: sgd)",
    ),
    ("lr", number(0), "X", f"the learning rate to begin with {_CHOSEN}"),
    (
        "schedule",
        name_of(nn.schedules.SCHEDULES),
        "NAME",
        "how the learning rate changes over the run: "
        f"{listed(nn.schedules.SCHEDULES)} (default: cosine)",
    ),
    ("momentum", number(0, 1), "X", "of SGD (default: 0.9)"),
    (
        "l2",
        number(0),
        "X",
        f"strength of regularisation: 0.5 X sum(W^2) is added to the loss {_CHOSEN}",
    ),
    ("epochs", whole(1), "N", f"how many times every image is seen {_CHOSEN}"),
    ("batch-size", whole(1), "N", f"images in a step {_CHOSEN}"),
    (
        "augment",
        augmentation,
        "WORDS",
        "change the images in every epoch: some of flip, shift and color, such as "
        "flip,shift=4,color=0.2 (default: not at all)",
    ),
    (
        "precision",
        name_of(("float32", "bfloat16")),
        "NAME",
        "bfloat16 rounds what matrix products multiply, where the processor does that "
        "and it is faster (default: float32)",
    ),
    ("seed", whole(0), "N", "decides everything that is random (default: 0)"),
    (
        "threads",
        whole(1),
        "N",
        "threads of matrix products; on a busy machine 1 is often the fastest "
        "(default: HUBEL_THREADS, or as many as there are)",
    ),
)
"""Each option: its name, the reader of its value, what stands for that, the help."""


def _output_options(group: Any) -> None:
    """Add what says where the results go."""
    group.add_argument(
        "--out",
        metavar="DIR",
        help="a new folder for parameters, metrics and report "
        "(default: the next free runs/DATA-NET-n)",
    )
    group.add_argument(
        "--resume",
        metavar="RUN",
        help="go on with the run of this folder, with its own settings; it comes to "
        "the same bits as if it had never been interrupted",
    )
    group.add_argument(
        "--checkpoint-every",
        type=number(0),
        metavar="SECONDS",
        default=30.0,
        help="how much of a run may be lost (default: 30; at the end of an epoch every "
        "second)",
    )
    group.add_argument(
        "--tensorboard",
        action="store_true",
        help="write what TensorBoard shows into the run's folder too",
    )
    group.add_argument("--quiet", action="store_true", help="print the result only")
    group.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line: the start, each epoch, the end",
    )


def run(options: Namespace) -> int:
    """Train as the options say; return the exit code."""
    show = _choose(options)
    watcher = _Watcher(show, Meter(PICTURES, quiet=options.quiet or options.json))
    try:
        result = _train(options, watcher)
    except TrainingError:
        show.close()
        show.fail(watcher.report)
        raise
    except Terminated as end:
        show.close()
        how = resume_command(end.folder)
        print(f"hubel: stopped by SIGTERM; to go on: {how}", file=sys.stderr)
        return TERMINATED
    finally:
        watcher.meter.close()
        show.close()
    show.end(result)
    if watcher.closed:
        return CLOSED
    return STOPPED if result.stopped_by else 0


def _train(options: Namespace, watcher: _Watcher) -> TrainResult:
    """Begin a run, or go on with one."""
    given = given_settings(options)
    how: dict[str, Any] = {
        "checkpoint_seconds": options.checkpoint_every,
        "tensorboard": options.tensorboard,
        "progress": watcher.meter.move,
        "watch": watcher,
    }
    if options.resume is None:
        return train(TrainSettings(**given), out=options.out, **how)
    others = [*given, *(["out"] if options.out else [])]
    if others:
        option = f"--{others[0].replace('_', '-')}"
        options.parser.error(
            f"{option} does not go with --resume: a run keeps its settings and folder"
        )
    return train(resume=options.resume, **how)


def given_settings(options: Namespace) -> dict[str, Any]:
    """Return the settings that options give."""
    names = {field.name for field in fields(TrainSettings)}
    given = {k: v for k, v in vars(options).items() if k in names and v is not None}
    if isinstance(given.get("data"), Path):
        if "data_dir" in given:
            options.parser.error("--data PATH and --data-dir are two folders; give one")
        given |= {"data": FOLDER, "data_dir": str(given["data"])}
    return given


def _choose(options: Namespace) -> Show:
    """Return the show that fits the options and where the output goes."""
    if options.json:
        return JsonLines()
    if options.quiet or not sys.stdout.isatty():
        return Lines(quiet=options.quiet)
    from rich.console import Console

    from hubel.cli._bar import Bar

    return Bar(Console())


class _Watcher:
    """Passes events on to a show; ends the run when nobody reads any more."""

    def __init__(self, show: Show, meter: Meter) -> None:
        self._show, self.meter = show, meter
        self.closed = False
        self.report = Path()

    def __call__(self, event: Event) -> bool:
        """Tell an event; return whether the run should end."""
        try:
            if isinstance(event, Started):
                self.meter.close()
                self.report = event.folder / "report.html"
                self._show.start(event)
            elif isinstance(event, Slice):
                self._show.step(event)
            else:
                self._show.epoch(event)
        except BrokenPipeError:
            discard_output()
            self.closed = True
        return self.closed
