"""Shards of others: tar files of WebDataset, and Parquet where pyarrow is there."""

from __future__ import annotations

import io
import json
import sys
import tarfile

import numpy as np
import pytest

from hubel.data import _shards, read_parquet, read_webdataset
from hubel.errors import DataError, OptionError
from hubel.view import png_bytes
from tests.data.test_fuzz import COUNT, mutants


def picture(level: int, side: int = 4) -> bytes:
    """Return a grey picture of one level."""
    return png_bytes(np.full((side, side), level, np.uint8))


def tar(path, files, mode="w"):
    """Write a tar file."""
    with tarfile.open(path, mode) as made:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            made.addfile(member, io.BytesIO(body))
    return path


def samples(labels, start=0):
    """Return the files of some samples."""
    files = {}
    for place, label in enumerate(labels, start):
        files[f"a/{place}.png"] = picture(place)
        files[f"a/{place}.cls"] = f"{label}\n".encode()
    return files


def test_samples_come_in_order_from_all_shards(tmp_path):
    more = {"a/__meta.cls": b"?", "b/9.json": b"{}", "b/9.pyd": b"cos\nsystem"}
    one = tar(tmp_path / "0.tar", {**samples([2, 0]), **more})
    other = tar(tmp_path / "1.tar.gz", samples([1], 2), "w:gz")
    data = read_webdataset([one, other])
    assert data.images[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert data.labels.tolist() == [2, 0, 1]
    assert data.class_names == ("0", "1", "2")
    assert data.name == "0.tar and 1 more"
    assert read_webdataset(str(one), size=8, resize="fit").images.shape == (2, 8, 8, 1)


def test_labels_may_be_names(tmp_path):
    path = tar(tmp_path / "0.tar", samples(["cat10", "cat2", "cat10"]))
    data = read_webdataset(path)
    assert (data.class_names, data.labels.tolist()) == (("cat2", "cat10"), [1, 0, 1])
    named = read_webdataset(path, class_names=("cat10", "x", "cat2"))
    assert named.labels.tolist() == [0, 2, 0]
    with pytest.raises(DataError, match=r"none of the 1 classes: 'cat2'"):
        read_webdataset(path, class_names=["cat10"])


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a.png": picture(0)}, r"sample a has no \.cls"),
        ({"a.cls": b"0"}, r"sample a has no \.png or \.jpg"),
        ({"a.png": b"", "a.cls": b"0"}, r"a\.png: is no PNG or JPEG"),
        (
            {"a.png": picture(0), "a.cls": b"9" * 5000},
            "5,000 bytes, where at most 4,096",
        ),
        ({"a.png": picture(0), "a.cls": b"999999999"}, "100,001 classes or more"),
        ({"a.png": picture(0), "a.cls": b"0", "b.txt": b""}, ""),
        ({"b.txt": b""}, "no samples"),
    ],
)
def test_what_is_no_sample_is_refused(tmp_path, files, problem):
    path = tar(tmp_path / "0.tar", files)
    if not problem:
        assert len(read_webdataset(path)) == 1
        return
    with pytest.raises(DataError, match=problem):
        read_webdataset(path)


@pytest.mark.parametrize("then", [[0], [0, 0, 0]])
def test_shards_that_change_between_two_looks_are_refused(tmp_path, monkeypatch, then):
    path = tar(tmp_path / "0.tar", samples([0, 0]))
    choose = _shards.choose_form

    def change(*what, **options):
        tar(path, samples(then))
        return choose(*what, **options)

    monkeypatch.setattr(_shards, "choose_form", change)
    with pytest.raises(DataError, match="had 2 pictures, and changed"):
        read_webdataset(path)


def test_too_many_samples_are_refused(tmp_path, monkeypatch):
    path = tar(tmp_path / "0.tar", samples([0, 0]))
    monkeypatch.setattr(_shards, "_MOST_SAMPLES", 1)
    with pytest.raises(DataError, match="more than 1 samples"):
        read_webdataset(path)


def test_links_are_no_pictures(tmp_path):
    path = tmp_path / "0.tar"
    with tarfile.open(path, "w") as made:
        member = tarfile.TarInfo("a.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(member)
    with pytest.raises(DataError, match="no samples"):
        read_webdataset(path)


def test_no_shards(tmp_path):
    with pytest.raises(OptionError, match="no shards"):
        read_webdataset([])
    with pytest.raises(DataError, match="no such file"):
        read_webdataset("pipe:echo")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_damaged_tar_is_refused_or_sound(tmp_path, mode):
    whole = tar(tmp_path / "0.tar", samples([0, 1]), mode).read_bytes()
    whole = whole[:5000] if mode == "w" else whole
    path = tmp_path / "damaged.tar"
    refusals = 0
    for data in mutants(whole, COUNT // 10, spare=(0, 0)):
        path.write_bytes(data)
        try:
            assert len(read_webdataset(path)) <= 2
        except DataError:
            refusals += 1
    assert refusals > COUNT // 100


def test_what_the_webdataset_package_writes(tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="needs webdataset")
    path = tmp_path / "0.tar"
    with webdataset.TarWriter(str(path)) as writer:
        for place in range(3):
            writer.write(
                {"__key__": f"{place:04d}", "png": picture(place), "cls": place}
            )
    data = read_webdataset(path)
    assert data.labels.tolist() == data.images[:, 0, 0, 0].tolist() == [0, 1, 2]


def write_parquet(path, images, labels, metadata=None, **columns):
    """Write a Parquet file."""
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow")
    table = pyarrow.table({"image": images, "label": labels, **columns})
    parquet.write_table(table.replace_schema_metadata(metadata), path)
    return path


def test_parquet_with_and_without_a_struct(tmp_path):
    bare = write_parquet(tmp_path / "0", [picture(0), picture(1)], [1, 0])
    struct = [{"bytes": picture(2), "path": "x.png"}]
    other = write_parquet(tmp_path / "1", struct, [2])
    data = read_parquet([bare, other])
    assert data.images[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert (data.labels.tolist(), data.class_names) == ([1, 0, 2], ("0", "1", "2"))


def test_parquet_has_the_names_that_hugging_face_wrote(tmp_path):
    features = {"label": {"names": ["cat", "dog", "eel"], "_type": "ClassLabel"}}
    said = {"huggingface": json.dumps({"info": {"features": features}})}
    path = write_parquet(tmp_path / "0", [picture(0)], [1], said)
    assert read_parquet(path).class_names == ("cat", "dog", "eel")
    assert read_parquet(path, class_names=["a", "b"]).class_names == ("a", "b")
    path = write_parquet(tmp_path / "0", [picture(0)], ["x"], {"huggingface": "{"})
    assert read_parquet(path).class_names == ("x",)


def test_parquet_of_another_kind_is_refused(tmp_path):
    path = write_parquet(tmp_path / "0", [picture(0)], [0.5])
    with pytest.raises(DataError, match="no number and no text"):
        read_parquet(path)
    with pytest.raises(
        DataError, match=r"no column 'img' among image, label(.|\n)*image="
    ):
        read_parquet(path, image="img")
    path = write_parquet(tmp_path / "0", [{"bytes": None, "path": "x"}], [0])
    with pytest.raises(DataError, match="row 0 has no picture's bytes"):
        read_parquet(path)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="a damaged Parquet file"):
        read_parquet(path)


def test_a_damaged_parquet_is_refused_or_sound(tmp_path):
    path = write_parquet(tmp_path / "0", [picture(0), picture(1)], [1, 0])
    whole = path.read_bytes()
    refusals = 0
    for data in mutants(whole, COUNT // 20, spare=(0, 0)):
        path.write_bytes(data)
        try:
            assert len(read_parquet(path)) <= 4
        except DataError:
            refusals += 1
    assert refusals > COUNT // 200


def test_without_pyarrow_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "0").touch()
    with pytest.raises(OptionError, match=r"hubel\[shards\]"):
        read_parquet(tmp_path / "0")
