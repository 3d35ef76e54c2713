"""CIFAR-10's python version: read without the machine it was written for."""

from __future__ import annotations

import ast
import hashlib
import pickle
from collections import OrderedDict
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

import hubel.data
from hubel.data import read_cifar10_python
from hubel.data._cifar_python import read_class_names_python
from hubel.errors import DataError
from tests.data.python_batches import CLASSES, Writer, batch, meta, sample


def read(tmp_path: Path, data: bytes) -> hubel.data.Dataset:
    """Read a batch from bytes."""
    path = tmp_path / "data_batch_1"
    path.write_bytes(data)
    return read_cifar10_python(path)


def test_no_file_here_imports_the_machine() -> None:
    for path in Path(hubel.data.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", [])]
            names.append(getattr(node, "module", None) or "")
            assert not any("pickle" in name.split(".") for name in names)
            assert "pickletools" not in names


def test_the_files_built_here_have_the_official_layout() -> None:
    # The MD5 of the official batches.meta, as torchvision lists it.
    assert hashlib.md5(meta()).hexdigest() == "5ff9c542aee3614f3951f8cda6e48888"


@pytest.mark.filterwarnings("ignore:numpy.core:DeprecationWarning")
def test_the_standard_library_reads_the_same_from_them() -> None:
    planes, labels = sample(300)
    value = pickle.loads(batch(planes, labels), encoding="bytes")
    assert value[b"labels"] == labels
    assert np.array_equal(value[b"data"], planes)
    assert len(value[b"filenames"]) == 300


def test_a_batch_is_read(tmp_path: Path) -> None:
    planes, labels = sample(300)
    data = read(tmp_path, batch(planes, labels))
    assert data.labels.tolist() == labels
    expected = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert np.array_equal(data.images, expected)
    assert data.name == "data_batch_1"


def test_a_batch_of_the_official_size_is_read_in_a_second(tmp_path: Path) -> None:
    planes, labels = sample(10_000)
    data = batch(planes, labels)
    start = perf_counter()
    assert len(read(tmp_path, data)) == 10_000
    assert perf_counter() - start < 10  # 0.1 s on a quiet machine


def test_class_names_are_read(tmp_path: Path) -> None:
    path = tmp_path / "batches.meta"
    path.write_bytes(meta())
    assert read_class_names_python(path) == tuple(CLASSES)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (meta(CLASSES[:9]), "9 class names"),
        (meta([*CLASSES[:9], "cat"]), "9 of them different"),
        (b"\x80\x02}.", "no list of 'label_names'"),
        (b"\x80\x02K\x01.", "holds a int"),
    ],
)
def test_other_class_names_are_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "batches.meta"
    path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_class_names_python(path)


def wrong_batches() -> dict[str, tuple[bytes, str]]:
    """Return batches that are well written but not right, and what is said of them."""
    planes, labels = sample(2)
    whole = batch(planes, labels)
    return {
        "label 10": (batch(planes, [1, 10]), "record 1 has label 10"),
        "label -1": (batch(planes, [-1, 1]), "record 0 has label -1"),
        "label 300": (batch(planes, [1, 300]), "label 300"),
        "a label too many": (batch(planes, [1, 2, 3]), "2 images and 3 labels"),
        "no image": (batch(planes[:0], []), "0 images and 0 labels"),
        "narrow rows": (batch(planes[:, :3000].copy(), labels), r"\(n, 3072\)"),
        "no data": (whole.replace(b"U\x04data", b"U\x04date"), "'data' is not"),
        "no labels": (whole.replace(b"labelsq", b"labelzq"), "no list of 'labels'"),
        "a label is a bool": (whole.replace(b"]q\x05(K", b"]q\x05(\x88K"), "whole"),
        "a list": (b"\x80\x02].", "holds a list"),
        "cut off": (whole[:-1], "1 bytes are announced and 0 are left"),
        "bytes after": (whole + b"x", "1 bytes follow the STOP"),
        "shape too large": (
            whole.replace(b"K\x02M\x00\x0c", b"K\x03M\x00\x0c"),
            "3x3072 has 6,144 bytes",
        ),
        "negative shape": (
            whole.replace(b"K\x02M\x00\x0c", b"J\xfe\xff\xff\xffJ\x00\xf4\xff\xff"),
            "-2x-3072 has",
        ),
        "one dimension": (
            whole.replace(b"K\x02M\x00\x0c\x86", b"M\x00\x18\x85"),
            "2-D uint8",
        ),
        "Fortran order": (whole.replace(b"\x89T", b"\x88T"), "2-D uint8"),
        "signed bytes": (whole.replace(b"U\x02u1", b"U\x02i1"), "no uint8 array"),
        "objects": (whole.replace(b"U\x02u1", b"U\x02O8"), "no uint8 array"),
        "byte order": (whole.replace(b"U\x01|", b"U\x01<"), "2-D uint8"),
    }


@pytest.mark.parametrize("name", wrong_batches())
def test_a_batch_that_is_not_right_is_refused(tmp_path: Path, name: str) -> None:
    data, words = wrong_batches()[name]
    with pytest.raises(DataError, match=words):
        read(tmp_path, data)


def nested(levels: int) -> bytes:
    """Return a tuple that holds itself doubled, so that a walk takes 2**levels."""
    return b")" + b"".join(b"q%ch%c\x86" % (k, k) for k in range(levels))


#: Files that try something, and what is said of them.
ATTACKS = {
    "os.system": (b"cos\nsystem\n(U\x02idtR.", "name 'os.system' is asked for"),
    "eval": (b"c__builtin__\neval\n(U\x011tR.", "'__builtin__.eval'"),
    "dotted": (b"cnumpy\ncore.multiarray._reconstruct\n.", "'numpy.core.multi"),
    "another NumPy name": (b"cnumpy.f2py.capi_maps\ngetinit\n.", "f2py"),
    "load": (b"cnumpy\nload\n(U\x01xtR.", "'numpy.load'"),
    "codecs": (b"c_codecs\nencode\n(U\x01xtR.", "'_codecs.encode'"),
    "not ASCII": (b"c\xff\xfe\n\x00\n.", r"xff"),
    "endless name": (b"c" + b"a" * 10_000, "no line ends"),
    "EXT1": (b"\x82\x01.", "opcode 0x82 is EXT1"),
    "EXT2": (b"\x83\x01\x00.", "EXT2"),
    "EXT4": (b"\x84\x01\x00\x00\x00.", "EXT4"),
    "INST": (b"(U\x02idios\nsystem\n.", "INST"),
    "OBJ": (b"(cnumpy\ndtype\no.", "OBJ"),
    "NEWOBJ": (b"cnumpy\ndtype\n)\x81.", "NEWOBJ"),
    "STACK_GLOBAL": (b"U\x02osU\x06system\x93.", "STACK_GLOBAL"),
    "PERSID": (b"Px\n.", "PERSID"),
    "BINPERSID": (b"NQ.", "BINPERSID"),
    "protocol 4": (pickle.dumps({b"data": 1}, 4), "protocol 4, not 2"),
    "protocol 0": (pickle.dumps({b"data": 1}, 0), "byte 1: opcode 0x64 is DICT"),
    "a Python 3 object": (pickle.dumps(OrderedDict(a=1), 2), "OrderedDict"),
    "unknown opcode": (b"\xff.", "0xff is an unknown one"),
    "call of a number": (b"K\x01)R.", "a call is asked for"),
    "call of an array": (b"cnumpy\nndarray\n)R.", "a call is asked for"),
    "empty array of 9": (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x09\x85U\x01b\x87R.",
        "a call is asked for",
    ),
    "state for a list": (b"])b.", "a state is set"),
    "empty stack": (b"\x85.", "the stack is empty"),
    "nothing to keep": (b"q\x00.", "the stack is empty"),
    "nothing kept": (b"h\x07.", "under the number 7"),
    "no mark": (b"t.", "there is no MARK"),
    "open mark": (b"N(N.", "values left over"),
    "two values": (b"NN.", "values left over"),
    "no list": (b"NNa.", "no list on the stack"),
    "no dict": (b"NNNs.", "no dict on the stack"),
    "odd items": (b"}(U\x01au.", "a key has no value"),
    "key of tuples": (b"}" + nested(60) + b"Ns.", "a key is tuple"),
    "key is an array": (b"}]Ns.", "a key is list"),
    "string of -1": (b"T\xff\xff\xff\xff.", "-1 bytes are announced"),
    "string of 2 GB": (b"T\xff\xff\xff\x7f.", "2,147,483,647 bytes are announced"),
    "list in itself": (b"]q\x00h\x00a.", "holds a list"),
    "tuples": (nested(100) + b".", "holds a tuple"),
    "tuples as arguments": (b"cnumpy\ndtype\n" + nested(60) + b"R.", "a call is"),
    "tuples as state": (b"N" + nested(60) + b"b.", "a state is set"),
    "no STOP": (b"N", "1 bytes are announced"),
    "endless": (b"}" * 1_000_001, "more than 1,000,000 opcodes"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_by_name_and_place(tmp_path: Path, name: str) -> None:
    data, words = ATTACKS[name]
    start = perf_counter()
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, data)
    assert "data_batch_1" in str(caught.value)
    assert "at byte" in str(caught.value) or "holds a" in str(caught.value)
    assert perf_counter() - start < 10


def test_an_array_as_a_comparison_bait_is_refused(tmp_path: Path) -> None:
    # NumPy arrays answer == item by item; a state must not be compared with one.
    writer = Writer()
    writer.put(b"(cnumpy\ndtype\n(")
    writer.array(sample(1)[0])
    writer.put(b"K\x00K\x01tRt.")
    with pytest.raises(DataError, match="a call is asked for"):
        read(tmp_path, bytes(writer.data))
