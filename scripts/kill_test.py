"""Kill a training run at random moments, again and again, and look for damage.

python scripts/kill_test.py [KILLS] [--seed N]

A run on a few images writes a checkpoint after every step. It is killed (SIGKILL) at
random moments, from its first import to its last write; each time every file of its
folder has to be whole, and it goes on from there. In the end the parameters, the best
net and the records have to be, bit for bit, those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hubel.errors import RunError
from hubel.experiments import RunFolder, TrainSettings, train
from hubel.experiments._checkpoint import check_file
from hubel.experiments._parameters import read_net

SETTINGS = TrainSettings(
    images=60,
    hidden=(4,),
    epochs=30,
    batch_size=10,
    lr=0.01,
    dropout=0.2,
    augment="flip,shift,color",
    threads=1,
)
TIMES = ("seconds", "images_per_second")
LONGEST = 0.2
"""Seconds of training before a kill, at most."""


def main(kills: int, seed: int) -> int:
    """Kill a run so often; print what came of it, and return 1 if it is damage."""
    place = Path(tempfile.mkdtemp())
    try:
        start = time.monotonic()
        run_to_its_end(place / "whole")
        folder, random_moments = RunFolder(place / "killed"), random.Random(seed)
        done, finished, orphans, torn = 0, 0, 0, list[str]()
        while done < kills:
            if folder.result.exists():
                torn += differences(place / "whole", folder.path)
                shutil.rmtree(folder.path)
                finished += 1
            if kill_once(folder.path, random_moments):
                done += 1
                torn += damage(folder)
                orphans += len(list(folder.path.rglob(".*.tmp")))
        run_to_its_end(folder.path)
        torn += differences(place / "whole", folder.path)
        print(
            f"{done} kills of {finished + 1} runs in {time.monotonic() - start:.0f} s: "
            f"{len(torn)} torn files or differences, {orphans} orphans seen, "
            f"{len(list(folder.path.rglob('.*.tmp')))} left"
        )
        print(*torn, sep="\n", end="")
        return 1 if torn else 0
    finally:
        shutil.rmtree(place)


COMMAND = [sys.executable, "-W", "error", __file__, "--child"]
"""A warning would be a checkpoint that was refused."""


def run_to_its_end(folder: Path) -> None:
    """Let a process train that nobody kills."""
    subprocess.run([*COMMAND, str(folder)], stdout=subprocess.DEVNULL, check=True)


def child(folder: Path) -> None:
    """Train in a folder from wherever the last process came to."""
    config = TrainSettings.config
    # A slice a step, and after each of them a checkpoint.
    TrainSettings.config = lambda self: replace(config(self), slice_seconds=0)
    begun = RunFolder(folder).config.exists()

    def watch(_: object) -> None:
        print(end=".", flush=True)

    if begun:
        train(resume=folder, checkpoint_seconds=0, watch=watch)
    else:
        train(SETTINGS, out=folder, checkpoint_seconds=0, watch=watch)


def kill_once(folder: Path, moments: random.Random) -> bool:
    """Start a process and kill it; return whether it was still at work."""
    with subprocess.Popen([*COMMAND, str(folder)], stdout=subprocess.PIPE) as process:
        # One in ten while it still begins, the others while it trains.
        if moments.random() < 0.9 and process.stdout is not None:
            process.stdout.read(1)
        time.sleep(LONGEST * moments.random())
        process.kill()
        code = process.wait()
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"going on failed with {code}")
    return code != 0


def damage(folder: RunFolder) -> list[str]:
    """Return what is wrong with the files of a folder after a kill."""
    problems: list[str] = []
    for path in folder.path.rglob("[!.]*"):
        try:
            if path.parent == folder.checkpoints:
                check_file(path)
            elif path.suffix == ".safetensors":
                read_net(path)
            elif path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
        except (RunError, ValueError) as error:
            problems.append(f"torn: {error}")
    return problems


def differences(whole: Path, killed: Path) -> list[str]:
    """Return where a run that was killed came to something else."""
    problems: list[str] = []
    for name in ("parameters.safetensors", "best.safetensors", "result.json"):
        if (whole / name).read_bytes() != (killed / name).read_bytes():
            problems.append(f"{name} differs")
    if records(whole) != records(killed):
        problems.append("the records of the epochs differ")
    return problems


def records(folder: Path) -> list[dict[str, object]]:
    """Return what was measured in each epoch, without how long it took."""
    lines = RunFolder(folder).metrics.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [{k: v for k, v in row.items() if k not in TIMES} for row in rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
    else:
        sys.exit(main(options.kills, options.seed))
