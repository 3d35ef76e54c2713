"""The classic data sets from the web: where they are, and what is unpacked of them."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from hubel.data._fetch import Progress, Remote, fetch
from hubel.errors import DataError, OptionError


@dataclass(frozen=True)
class Published:
    """A data set on the web.

    Attributes
    ----------
    base : str
        The address of the folder with the files.
    home : str
        The folder that the reader looks for.
    files : tuple of Remote
        What is downloaded.
    members : dict
        What of an archive is unpacked into `home`: name -> size in bytes at most;
        empty where the files are read as they are.
    """

    base: str
    home: str
    files: tuple[Remote, ...]
    members: dict[str, int]


_CIFAR_BATCH = 30_730_000
"""10,000 records of 3073 bytes."""

PUBLISHED = {
    "cifar10": Published(
        base="https://www.cs.toronto.edu/~kriz",
        home="cifar-10-batches-bin",
        files=(
            # The size and the sum that TensorFlow Datasets and GoMLX record.
            Remote(
                "cifar-10-binary.tar.gz",
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
        members={
            "batches.meta.txt": 4096,
            **{f"data_batch_{number}.bin": _CIFAR_BATCH for number in range(1, 6)},
            "test_batch.bin": _CIFAR_BATCH,
        },
    ),
    "mnist": Published(
        base="https://storage.googleapis.com/cvdf-datasets/mnist",
        home="mnist",
        files=(
            # As in TensorFlow Datasets, url_checksums/mnist.txt.
            Remote(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            Remote(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            Remote(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            Remote(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        members={},
    ),
}
"""By the name of the reader."""


def download(
    name: str,
    folder: str | os.PathLike[str],
    *,
    mirror: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download CIFAR-10 (its binary version) or MNIST, if it is not there yet.

    Parameters
    ----------
    name : str
        ``"cifar10"`` or ``"mnist"``.
    folder : path
        Where the data set gets a folder of its own; made if there is none. What a
        broken download left there is gone on with; a file that somebody put there is
        taken.
    mirror : str, optional
        The address of another web folder with the files.
    progress : callable, optional
        Called with the bytes of a file that are there, and with all of them.

    Returns
    -------
    Path
        The data set's own folder, as `cifar10` and `mnist` take it.

    Raises
    ------
    DataError
        If a file cannot be had, or is not the published one by its SHA-256.
    OptionError
        If there is no such data set to download.
    """
    if name not in PUBLISHED:
        raise OptionError(
            f"there is no data set {name!r} to download",
            remedy=f"Choose one of: {', '.join(PUBLISHED)}.",
        )
    published, place = PUBLISHED[name], Path(folder)
    home = place / published.home
    base, tell = mirror or published.base, progress or _say_nothing
    if not published.members:
        for remote in published.files:
            fetch(remote, base, home, tell)
        return home
    if not all((home / member).is_file() for member in published.members):
        for remote in published.files:
            archive = fetch(remote, base, place, tell)
            _unpack(archive, home, published.members)
            archive.unlink()
    return home


def _say_nothing(done: int, of: int) -> None:
    """Take notice of progress for nobody."""
    del done, of


def _unpack(archive: Path, home: Path, members: dict[str, int]) -> None:
    """Copy the expected files out of an archive, and nothing else.

    No path, mode, owner or link of the archive's reaches the disk: each file is written
    under the name that it was looked up by. All are there before the first is moved.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".unpack-") as own:
            with tarfile.open(archive, "r:gz") as tar:
                for name, limit in members.items():
                    _copy(tar, archive, f"{home.name}/{name}", Path(own, name), limit)
            for name in members:
                Path(own, name).replace(home / name)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"{archive}: a damaged archive: {error}") from None
    except OSError as error:
        raise DataError(f"{archive}: cannot be unpacked: {error}") from error


def _copy(
    tar: tarfile.TarFile, archive: Path, name: str, target: Path, limit: int
) -> None:
    """Write one file of an archive."""
    try:
        member = tar.getmember(name)
    except KeyError:
        raise DataError(f"{archive}: there is no {name} in it") from None
    source = tar.extractfile(member) if member.isreg() else None
    if source is None or member.size > limit:
        raise DataError(
            f"{archive}: {name} is no file of at most {limit:,} bytes, as was expected"
        )
    with source, target.open("xb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
