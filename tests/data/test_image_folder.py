"""Folders of pictures: classes, sizes, parts, and everything that is refused."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hubel.data import image_folder, image_folders
from hubel.data._class_folders import natural
from hubel.data._picture import MOST_PIXELS, Form, read_header, read_picture
from hubel.errors import DataError, HubelError, OptionError
from tests.data.test_fuzz import COUNT, mutants


def put(path: Path, level: int = 7, shape: tuple[int, ...] = (4, 4), **options) -> None:
    """Write a picture of one level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(shape, level, np.uint8)).save(path, **options)


def packed(array: np.ndarray | Image.Image, kind: str = "PNG", **options) -> bytes:
    """Return a picture as the bytes of a file."""
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def promise(width: int, height: int) -> bytes:
    """Return a small PNG whose header promises a large picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


FORM = Form(size=(4, 4), channels=3, resize="fit")


def test_classes_and_files_come_in_natural_order(tmp_path):
    for level, name in enumerate(("a10/x.png", "a2/x10.png", "a2/x9.png", "A1/z.PNG")):
        put(tmp_path / name, level)
    data = image_folder(tmp_path)
    assert data.class_names == ("A1", "a2", "a10")
    assert data.images[:, 0, 0, 0].tolist() == [3, 2, 1, 0]
    assert data.labels.tolist() == [0, 1, 1, 2]
    assert data.images.shape == (4, 4, 4, 1)
    assert data.notices == ()


@given(st.lists(st.text("aB019.", max_size=5)))
def test_natural_order_does_not_depend_on_where_it_starts(names):
    assert sorted(names, key=natural) == sorted(reversed(names), key=natural)


def test_hidden_folders_are_skipped_and_other_files_noticed(tmp_path):
    put(tmp_path / "cat/one.png")
    put(tmp_path / "cat/deeper/two.jpg")
    put(tmp_path / "cat/.ipynb_checkpoints/one.png")
    put(tmp_path / ".ipynb_checkpoints/one.png")
    put(tmp_path / "__MACOSX/one.png")
    (tmp_path / "cat/notes.txt").touch()
    (tmp_path / "cat/.DS_Store").touch()
    data = image_folder(tmp_path)
    assert (data.class_names, len(data)) == (("cat",), 2)
    assert data.notices[0].endswith("were left out: .txt 1")


def test_empty_classes_are_listed(tmp_path):
    put(tmp_path / "cat/one.png")
    (tmp_path / "dog").mkdir()
    (tmp_path / "eel").mkdir()
    (tmp_path / "eel/one.gif").touch()
    with pytest.raises(DataError, match=r"2 classes have no PNG or JPEG .*dog, eel"):
        image_folder(tmp_path)


def test_a_folder_without_classes_and_no_folder(tmp_path):
    with pytest.raises(DataError, match="no folders in it"):
        image_folder(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        image_folder(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="no such folder"):
        image_folder(tmp_path / "file")


def test_a_folder_that_may_not_be_listed_is_not_empty(tmp_path, monkeypatch):
    put(tmp_path / "cat/a.png")
    (tmp_path / "cat/more").mkdir()
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("more"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match="more: cannot be listed: Permission"):
        image_folder(tmp_path)


def test_mixed_sizes_are_refused_with_a_list_and_a_choice(tmp_path):
    for name, shape in (("a", (4, 4)), ("b", (4, 4)), ("c", (6, 8))):
        put(tmp_path / f"cat/{name}.png", 7, shape)
    with pytest.raises(DataError, match=r"4x4 \(2\), 6x8 \(1\)(.|\n)*resize=\"fit\""):
        image_folder(tmp_path)
    with pytest.raises(DataError, match="where 5x5 was expected"):
        image_folder(tmp_path, size=5)
    assert image_folder(tmp_path, resize="crop").images.shape == (3, 32, 32, 1)
    assert image_folder(tmp_path, resize="fit", size=(3, 5)).images.shape[1:3] == (3, 5)


def test_the_policies_differ_as_they_say():
    halves = np.zeros((4, 8), np.uint8)
    halves[:, 4:] = 200
    images = {
        policy: read_picture(
            packed(halves),
            "x",
            Form(size=(4, 4), channels=1, resize=policy, background=9),
        )[..., 0]
        for policy in ("fit", "crop", "stretch")
    }
    assert images["fit"][[0, 3]].tolist() == [[9] * 4] * 2  # margins above and below
    assert images["fit"][1, 0] == 0
    assert images["fit"][1, 3] == 200
    assert images["crop"].tolist() == [[0, 0, 200, 200]] * 4
    assert images["stretch"][:, 0].max() < 30
    assert images["stretch"][:, 3].min() > 170


def test_one_picture_in_colours_makes_all_of_them_so(tmp_path):
    put(tmp_path / "cat/a.png", 7)
    put(tmp_path / "cat/b.png", 8, (4, 4, 3))
    assert image_folder(tmp_path).images.shape == (2, 4, 4, 3)
    assert image_folder(tmp_path, channels=1).images[:, 0, 0, 0].tolist() == [7, 8]


def test_every_kind_of_pixel_is_read():
    form = Form(size=(2, 2), channels=3, background=100)
    clear = np.array([[[255, 0, 0, 0], [0, 255, 0, 255]]] * 2, np.uint8)
    sixteen = np.full((2, 2), 0x1234, np.uint16)
    bits = Image.new("1", (2, 2), 1)
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    assert read_picture(packed(clear), "x", form)[0].tolist() == [
        [100] * 3,
        [0, 255, 0],
    ]
    assert read_picture(packed(sixteen), "x", form)[0, 0].tolist() == [0x12] * 3
    assert read_picture(packed(bits), "x", form)[0, 0].tolist() == [255] * 3
    assert read_picture(packed(palette), "x", form)[0, 0].tolist() == [10, 20, 30]
    holes = packed(palette, transparency=1)
    assert read_picture(holes, "x", form)[0, 0].tolist() == [100] * 3
    inks = packed(Image.new("CMYK", (2, 2), (0, 0, 0, 255)), "JPEG")
    assert read_picture(inks, "x", form)[0, 0].max() < 5


@pytest.mark.parametrize("held", range(1, 9))
def test_photographs_are_turned_as_they_were_seen(held):
    exif = Image.Exif()
    exif[0x0112] = held
    data = packed(np.zeros((16, 8, 3), np.uint8), "JPEG", exif=exif)
    size = (8, 16) if held >= 5 else (16, 8)
    assert read_header(data, "x").size == size
    image = read_picture(data, "x", Form(size=size, channels=3))
    assert image.shape == (*size, 3)


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(DataError, match=r"bomb.png: says it has 9,000x9,000 pixels"):
        read_header(promise(9000, 9000), "bomb.png")
    for side in (12_000, 60_000):  # where Pillow would warn, and where it would refuse
        with pytest.raises(DataError, match=f"more than {MOST_PIXELS:,}"):
            read_picture(promise(side, side), "bomb.png", FORM)


def test_other_formats_are_refused_whatever_their_names_say(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/a.png").write_bytes(packed(np.zeros((4, 4), np.uint8), "GIF"))
    with pytest.raises(DataError, match=r"a\.png: is no PNG or JPEG"):
        image_folder(tmp_path)
    (tmp_path / "cat/a.png").write_bytes(b"")
    with pytest.raises(DataError, match="the file is empty"):
        image_folder(tmp_path)


def test_a_set_that_memory_cannot_hold_is_refused(tmp_path, monkeypatch):
    put(tmp_path / "cat/a.png")
    monkeypatch.setattr("hubel.data._collect._LARGEST_SET", 15)
    with pytest.raises(DataError, match="more than 15 bytes"):
        image_folder(tmp_path)
    monkeypatch.setattr("hubel.data._class_folders._MOST_FILES", 0)
    with pytest.raises(DataError, match="more than 0 files"):
        image_folder(tmp_path)


def test_a_picture_that_changes_while_being_read_is_refused():
    with pytest.raises(DataError, match="x: 5x4, where 4x4 was expected"):
        read_picture(
            packed(np.zeros((5, 4), np.uint8)), "x", Form(size=(4, 4), channels=1)
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": (4, 5000)},
        {"channels": 2},
        {"resize": "shrink"},
        {"background": 256},
    ],
)
def test_options_out_of_range(tmp_path, wrong):
    put(tmp_path / "cat/a.png")
    with pytest.raises(OptionError, match=f"{next(iter(wrong))}"):
        image_folder(tmp_path, **{"resize": "fit", **wrong})


def test_progress_counts_every_picture(tmp_path):
    for name in "abc":
        put(tmp_path / f"cat/{name}.png")
    seen: list[tuple[int, int]] = []
    image_folder(tmp_path, progress=lambda done, of: seen.append((done, of)))
    # Once to check their sizes, once to unpack them.
    assert seen == 2 * [(1, 3), (2, 3), (3, 3)]


def test_parts_by_folder(tmp_path):
    for part, level in (("train", 1), ("test", 2)):
        for name in ("cat", "dog"):
            put(tmp_path / part / name / "a.png", level)
    put(tmp_path / "test/dog/b.png", 3, (8, 8))
    with pytest.raises(DataError, match=r"b\.png: 8x8, where 4x4"):
        image_folders(tmp_path)
    train, test = image_folders(tmp_path, size=4, resize="crop")
    assert train.images[:, 0, 0, 0].tolist() == [1, 1]
    assert test.images[:, 0, 0, 0].tolist() == [2, 2, 3]
    assert train.class_names == test.class_names == ("cat", "dog")
    put(tmp_path / "test/eel/b.png")
    with pytest.raises(DataError, match="different classes: train lacks eel"):
        image_folders(tmp_path)


def test_parts_by_share(tmp_path):
    for level in range(10):
        put(tmp_path / f"cat/{level}.png", level)
    train, test = image_folders(tmp_path, test=0.3, seed=1)
    assert (len(train), len(test)) == (7, 3)
    levels = [*train.images[:, 0, 0, 0], *test.images[:, 0, 0, 0]]
    assert sorted(levels) == list(range(10))
    assert "3 pictures set aside" in train.notices[-1]
    again = image_folders(tmp_path, test=0.3, seed=1)[1]
    np.testing.assert_array_equal(test.images, again.images)
    with pytest.raises(OptionError, match="a share above 0"):
        image_folders(tmp_path, test=1)
    for level in range(1, 10):
        (tmp_path / f"cat/{level}.png").unlink()
    with pytest.raises(DataError, match="one picture cannot be split"):
        image_folders(tmp_path)


def samples() -> list[bytes]:
    """Return pictures of several kinds."""
    rng = np.random.default_rng(0)
    color = rng.integers(0, 256, (8, 8, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    return [
        packed(color),
        packed(Image.fromarray(color).convert("P"), transparency=1),
        packed(color, "JPEG", exif=exif),
        packed(color[..., 0], "JPEG", progressive=True),
    ]


@pytest.mark.parametrize("data", samples())
def test_a_damaged_picture_is_refused_or_sound(data):
    refusals: list[HubelError] = []
    for damaged in mutants(data, COUNT // 4, spare=(0, 0)):
        try:
            image = read_picture(damaged, "name", FORM)
        except HubelError as error:
            refusals.append(error)
            continue
        assert image.shape == (4, 4, 3)
    assert len(refusals) > COUNT // 100
    assert all(error.problem.startswith("name: ") for error in refusals)


@pytest.mark.parametrize("data", samples())
def test_a_picture_that_ends_early_is_refused_or_sound(data):
    for length in range(len(data)):
        try:
            read_header(data[:length], "name")
            assert read_picture(data[:length], "name", FORM).shape == (4, 4, 3)
        except DataError:
            continue


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8"])
)
def test_random_bytes_are_refused(data, start):
    with pytest.raises(DataError):
        read_picture(start + data, "name", FORM)
