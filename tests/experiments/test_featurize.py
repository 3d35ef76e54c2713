"""Features of many images, from where they are to files."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from hubel.data import tenshapes
from hubel.errors import DataError, OptionError, RunError
from hubel.experiments import featurize, open_source
from hubel.experiments._featurize_source import ImageSource, Origin
from hubel.features import read_features
from hubel.view import png_bytes

IMAGES = tenshapes(60, 12)[0].images
WORDS = "hog:cell=16 + hue:bins=4"


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pictures(folder: Path, names: list[str]) -> None:
    for image, name in zip(IMAGES, names, strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png_bytes(image))


def test_a_data_set_with_its_parts_and_labels(tmp_path: Path):
    seen: list[tuple[int, int]] = []
    found = featurize(
        open_source("tenshapes", images=1100),
        WORDS,
        tmp_path / "rows.npy",
        progress=lambda done, of: seen.append((done, of)),
    )
    assert (found.images, found.numbers) == (1320, 40)
    assert found.columns == (("hog:cell=16", 0, 36), ("hue:bins=4", 36, 40))
    assert seen == [(1024, 1320), (1320, 1320)]
    train, test = tenshapes(1100, 220)
    images = np.concatenate([train.images, test.images])
    expected = read_features(WORDS)(images)
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    np.testing.assert_allclose(rows, expected, rtol=1e-6, atol=1e-6)
    said = lines(tmp_path / "rows.csv")
    labels = np.concatenate([train.labels, test.labels])
    assert [int(line["label"]) for line in said] == labels.tolist()
    assert [line["part"] for line in said] == ["train"] * 1100 + ["test"] * 220
    assert said[0]["class"] == train.class_names[train.labels[0]]
    told = json.loads((tmp_path / "rows.json").read_text())
    assert told["columns"] == [["hog:cell=16", 0, 36], ["hue:bins=4", 36, 40]]
    assert told["class_names"] == list(train.class_names)
    assert {path.name for path in tmp_path.iterdir()} == {
        "rows.npy",
        "rows.csv",
        "rows.json",
    }


def test_a_parquet_file_has_all_in_it(tmp_path: Path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pictures(tmp_path / "in", ["cat/1.png", "dog/2.png", "3.png"])
    featurize(open_source(tmp_path / "in"), WORDS, tmp_path / "rows.parquet")
    table = parquet.read_table(tmp_path / "rows.parquet")
    rows = np.stack(table["features"].to_numpy())
    order = [2, 0, 1]
    np.testing.assert_allclose(rows, read_features(WORDS)(IMAGES[order]), atol=1e-6)
    assert table["label"].to_pylist() == [-1, 0, 1]
    assert table["class"].to_pylist() == [None, "cat", "dog"]
    told = json.loads(table.schema.metadata[b"hubel"])
    assert told["class_names"] == ["cat", "dog"]
    assert [Path(file).name for file in table["file"].to_pylist()] == [
        "3.png",
        "1.png",
        "2.png",
    ]


def test_folders_train_and_test_are_parts(tmp_path: Path):
    names = ["train/b/1.png", "train/a/2.png", "train/a/10.png", "test/b/1.png"]
    pictures(tmp_path / "in", names)
    source = open_source(tmp_path / "in")
    (images, origins) = next(source.batches(9))
    assert source.class_names == ("a", "b")
    assert [(o.label, o.part) for o in origins] == [
        (0, "train"),
        (0, "train"),
        (1, "train"),
        (1, "test"),
    ]
    np.testing.assert_array_equal(images, IMAGES[[1, 2, 0, 3]])


def test_pictures_are_brought_to_a_size(tmp_path: Path):
    pictures(tmp_path, ["1.png"])
    (tmp_path / "2.png").write_bytes(png_bytes(np.zeros((20, 40), np.uint8)))
    source = open_source(tmp_path)
    with pytest.raises(DataError, match=r"2\.png: 20x40, where 32x32"):
        featurize(source, WORDS, tmp_path / "rows.npy")
    assert not list(tmp_path.glob("*rows*"))
    assert open_source(tmp_path, size=16, resize="crop").shape == (16, 16, 3)
    found = featurize(open_source(tmp_path, resize="fit"), WORDS, tmp_path / "rows.npy")
    assert found.images == 2


def test_arrays_in_files(tmp_path: Path):
    np.save(tmp_path / "images.npy", IMAGES)
    source = open_source(tmp_path / "images.npy", images=5)
    found = featurize(source, WORDS, tmp_path / "rows.npy")
    assert (found.images, found.class_names) == (5, ())
    assert lines(tmp_path / "rows.csv")[0]["label"] == "-1"
    np.save(tmp_path / "floats.npy", IMAGES.astype(float))
    with pytest.raises(DataError, match="float64"):
        open_source(tmp_path / "floats.npy")
    (tmp_path / "empty.npy").touch()
    with pytest.raises(DataError, match="no array"):
        open_source(tmp_path / "empty.npy")
    with (tmp_path / "zip.npy").open("wb") as file:
        np.savez(file, images=IMAGES)
    with pytest.raises(DataError, match="no array"):
        open_source(tmp_path / "zip.npy")
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(DataError, match="no array"):
        open_source(tmp_path / "objects.npy")


def test_shards(tmp_path: Path):
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for number, word in enumerate(["dog", "cat", "dog"]):
            parts = {"png": png_bytes(IMAGES[number]), "cls": word.encode()}
            for ending, data in parts.items():
                member = tarfile.TarInfo(f"{number}.{ending}")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    source = open_source(tmp_path / "a.tar")
    images, origins = next(source.batches(3))
    assert source.class_names == ("cat", "dog")
    assert [origin.label for origin in origins] == [1, 0, 1]
    np.testing.assert_array_equal(images, IMAGES[:3])
    assert open_source(tmp_path / "a.tar", images=2).count == 2


def test_what_is_no_source_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DataError, match=r"no folder, and no file"):
        open_source(tmp_path / "notes.txt")
    with pytest.raises(DataError, match="no PNG or JPEG"):
        open_source(tmp_path)
    source = open_source("tenshapes", images=10)
    with pytest.raises(OptionError, match="ends in neither"):
        featurize(source, WORDS, tmp_path / "rows.txt")
    with pytest.raises(RunError, match="no such folder"):
        featurize(source, WORDS, tmp_path / "there" / "rows.npy")


def many(count: int) -> ImageSource:
    """Give the same images again and again."""

    def read():
        for start in range(0, count, len(IMAGES)):
            part = IMAGES[: count - start]
            yield part, [Origin()] * len(part)

    return ImageSource(count, IMAGES.shape[1:], (), read)


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path):
    featurize(many(3000), "hog+hue", tmp_path / "rows.npy")

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            featurize(many(count), "hog+hue", tmp_path / "rows.npy")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, more = peak(3000), peak(24_000)
    assert (tmp_path / "rows.npy").stat().st_size > 24_000 * 154 * 4
    assert more < few + 1_000_000 < 21_000 * 154 * 4


def test_images_that_vanish_leave_no_file(tmp_path: Path):
    short = many(50)
    wrong = ImageSource(60, short.shape, (), short.read)
    with pytest.raises(RunError, match="50 images came, where 60"):
        featurize(wrong, WORDS, tmp_path / "rows.npy")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_the_old_files_and_the_next_one_begins_anew(
    tmp_path: Path,
):
    old = featurize(many(20), WORDS, tmp_path / "rows.npy")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code = (
        "from hubel.experiments import featurize, open_source\n"
        "featurize(open_source('tenshapes', images=900_000), 'hog+hue',"
        f" {str(tmp_path / 'rows.npy')!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        for _ in range(600):
            drafts = list(tmp_path.glob(".rows.npy.*.tmp"))
            if drafts and drafts[0].stat().st_size > 1000:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    left = {path.name: path.read_bytes() for path in tmp_path.glob("rows.*")}
    assert left == before
    assert list(tmp_path.glob(".rows.npy.*.tmp"))
    again = featurize(many(30), WORDS, tmp_path / "rows.npy")
    assert (old.images, again.images) == (20, 30)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hubel.experiments._featurize_table.NpyTable.add", full)
    with pytest.raises(RunError, match="No space left"):
        featurize(many(20), WORDS, tmp_path / "rows.npy")
    assert not list(tmp_path.iterdir())
