"""Downloads, from a server on this machine that does all that servers do."""

from __future__ import annotations

import gzip
import hashlib
import io
import socket
import tarfile

import numpy as np
import pytest

from hubel.data import cifar10, download, mnist
from hubel.data._download import PUBLISHED
from hubel.data._fetch import Remote, fetch
from hubel.errors import DataError, OptionError
from tests.data.test_idx import idx
from tests.data.web import publish, serving

BODY = np.random.default_rng(0).bytes(300_000)
FILE = Remote("file.bin", len(BODY), hashlib.sha256(BODY).hexdigest())


@pytest.fixture
def server(monkeypatch):
    """Return a running server that has the file."""
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        running.files = {FILE.name: BODY}
        yield running


def get(server, folder, seen=None):
    """Fetch the file."""
    note = (lambda *now: None) if seen is None else lambda *now: seen.append(now)
    return fetch(FILE, server.url, folder, note)


def part(folder):
    """Return where a broken download is kept."""
    return folder / f".{FILE.name}.part"


def test_a_file_comes_whole_and_once(server, tmp_path):
    seen = []
    path = get(server, tmp_path / "new", seen)
    assert path.read_bytes() == BODY
    assert [*path.parent.iterdir()] == [path]
    assert seen[-1] == (len(BODY), len(BODY))
    get(server, tmp_path / "new")
    assert server.asked == [None]


def test_a_broken_connection_is_taken_up_where_it_broke(server, tmp_path):
    server.habit = "breaks off"
    assert get(server, tmp_path).read_bytes() == BODY
    assert server.asked == [None, "bytes=100000-", "bytes=200000-"]


def test_what_is_left_is_gone_on_with_later(server, tmp_path):
    server.habit = "breaks off at once"
    part(tmp_path).write_bytes(BODY[:123])
    with pytest.raises(DataError, match=r"after 123 of 300,000(.|\n)*Run it again"):
        get(server, tmp_path)
    assert part(tmp_path).read_bytes() == BODY[:123]
    server.habit = ""
    assert get(server, tmp_path).read_bytes() == BODY
    assert server.asked[-1] == "bytes=123-"
    assert not part(tmp_path).exists()


def test_a_connection_that_dies_keeps_what_came(server, tmp_path, monkeypatch):
    def die(*amount):
        raise ConnectionResetError(104, "Connection reset by peer")

    part(tmp_path).write_bytes(BODY[:77])
    with monkeypatch.context() as patch:
        patch.setattr("http.client.HTTPResponse.read", die)
        with pytest.raises(DataError, match=r"after 77 of .*Connection reset by peer"):
            get(server, tmp_path)
    assert get(server, tmp_path).read_bytes() == BODY


@pytest.mark.parametrize("habit", ["knows no ranges", "refuses ranges"])
def test_a_server_without_ranges_begins_anew(server, tmp_path, habit):
    server.habit = habit
    part(tmp_path).write_bytes(BODY[:-5])
    assert get(server, tmp_path).read_bytes() == BODY


def test_a_server_that_says_no_length(server, tmp_path):
    server.habit = "says no length"
    assert get(server, tmp_path).read_bytes() == BODY


def test_a_whole_part_needs_no_server(tmp_path):
    part(tmp_path).write_bytes(BODY)
    path = fetch(FILE, "http://127.0.0.1:9", tmp_path, lambda *now: None)
    assert path.read_bytes() == BODY


@pytest.mark.parametrize("length", [len(BODY), len(BODY) + 9])
def test_a_wrong_part_of_full_length_is_begun_anew(server, tmp_path, length):
    part(tmp_path).write_bytes(bytes(length))
    assert get(server, tmp_path).read_bytes() == BODY
    assert server.asked == [None]


def test_a_part_of_another_file_is_found_out(server, tmp_path):
    part(tmp_path).write_bytes(bytes(1000))
    with pytest.raises(DataError, match=r"SHA-256 .* were deleted"):
        get(server, tmp_path)
    assert [*tmp_path.iterdir()] == []
    assert get(server, tmp_path).read_bytes() == BODY


def test_other_bytes_are_refused(server, tmp_path):
    server.files[FILE.name] = bytes(len(BODY))
    with pytest.raises(DataError, match=f"{FILE.sha256}(.|\n)*--mirror"):
        get(server, tmp_path)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("habit", ["", "says no length"])
def test_a_longer_file_never_fills_the_disk(server, tmp_path, habit):
    server.files[FILE.name] = bytes(10 * len(BODY))
    server.habit = habit
    with pytest.raises(DataError, match=r"3,000,000 bytes, where 300,000|SHA-256"):
        get(server, tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_an_answer_from_elsewhere_is_refused(server, tmp_path):
    server.habit = "answers elsewhere"
    part(tmp_path).write_bytes(BODY[:1000])
    with pytest.raises(DataError, match="'bytes 5-/300000', where bytes from 1,000"):
        get(server, tmp_path)


def test_a_missing_file(server, tmp_path):
    server.files.clear()
    with pytest.raises(DataError, match=r"answers 404(.|\n)*--mirror URL"):
        get(server, tmp_path)


def test_offline(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(DataError, match=r"cannot be reached(.|\n)*online.*copy it"):
            fetch(FILE, base, tmp_path, lambda *now: None)


@pytest.mark.parametrize("base", ["file:///etc", "ftp://a", "data:", "nowhere"])
def test_only_the_web(tmp_path, base):
    with pytest.raises(DataError, match="https://"):
        fetch(FILE, base, tmp_path, lambda *now: None)


def test_no_address_at_all(tmp_path):
    with pytest.raises(DataError, match="cannot be reached"):
        fetch(FILE, "http://", tmp_path, lambda *now: None)


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        get(server, tmp_path / "file" / "below")


def mnist_files() -> dict[str, bytes]:
    """Return MNIST's files with three pictures in each part."""
    images, labels = np.zeros((3, 28, 28), np.uint8), np.arange(3, dtype=np.uint8)
    return {
        f"{part}-{kind}-ubyte.gz": gzip.compress(idx(array))
        for part in ("train", "t10k")
        for kind, array in (("images-idx3", images), ("labels-idx1", labels))
    }


def test_mnist(server, tmp_path, monkeypatch):
    files = mnist_files()
    assert {remote.name for remote in PUBLISHED["mnist"].files} == set(files)
    publish(server, monkeypatch, "mnist", files)
    home = download("mnist", tmp_path)
    assert home == tmp_path / "mnist"
    assert len(mnist(home)[0]) == len(mnist(tmp_path)[1]) == 3


def packed(files, kind=tarfile.REGTYPE):
    """Return an archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, len(body), "/etc/passwd"
            tar.addfile(member, io.BytesIO(body))
    return made.getvalue()


MEMBERS = PUBLISHED["cifar10"].members
CIFAR = {
    f"cifar-10-batches-bin/{name}": (
        b"\n".join(b"class%d" % i for i in range(10))
        if name.endswith("txt")
        else bytes(3073)
    )
    for name in MEMBERS
}


def publish_cifar(server, monkeypatch, archive):
    """Put an archive on the server as CIFAR-10."""
    files = {"cifar-10-binary.tar.gz": archive}
    publish(server, monkeypatch, "cifar10", files)


def test_cifar10_unpacks_the_expected_files_only(server, tmp_path, monkeypatch):
    more = {"../outside": b"x", "cifar-10-batches-bin/readme.html": b"x"}
    publish_cifar(server, monkeypatch, packed({**CIFAR, **more}))
    home = download("cifar10", tmp_path / "in")
    assert {path.name for path in home.iterdir()} == set(MEMBERS)
    assert [*home.parent.iterdir()] == [home]
    assert [*tmp_path.iterdir()] == [home.parent]
    assert len(cifar10(home)[0]) == 5
    download("cifar10", tmp_path / "in")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"no archive", "damaged archive|cannot be unpacked"),
        (packed(CIFAR)[:-100], "damaged archive|cannot be unpacked|there is no"),
        (packed({}), "there is no cifar-10-batches-bin/batches.meta.txt"),
        (packed(CIFAR, tarfile.SYMTYPE), "is no file of at most 4,096"),
        (packed({key: bytes(5000) for key in CIFAR}), "is no file of at most 4,096"),
    ],
)
def test_a_bad_archive_leaves_no_part_of_a_set(
    server, tmp_path, monkeypatch, archive, problem
):
    publish_cifar(server, monkeypatch, archive)
    with pytest.raises(DataError, match=problem):
        download("cifar10", tmp_path)
    assert [*(tmp_path / "cifar-10-batches-bin").iterdir()] == []


def test_an_archive_with_no_room_for_its_files(server, tmp_path, monkeypatch):
    publish_cifar(server, monkeypatch, packed(CIFAR))

    def refuse(*files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", refuse)
    with pytest.raises(DataError, match=r"cannot be unpacked: .*No space left"):
        download("cifar10", tmp_path)
    assert [*(tmp_path / "cifar-10-batches-bin").iterdir()] == []


def test_an_archive_that_is_there_is_taken(server, tmp_path, monkeypatch):
    publish_cifar(server, monkeypatch, packed(CIFAR))
    archive = server.files["cifar-10-binary.tar.gz"]
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(archive)
    assert len(cifar10(download("cifar10", tmp_path))[1]) == 1
    assert server.asked == []


def test_a_mirror(server, tmp_path, monkeypatch):
    publish_cifar(server, monkeypatch, packed(CIFAR))
    files = {f"a/b/{name}": body for name, body in server.files.items()}
    server.files = files
    assert download("cifar10", tmp_path, mirror=f"{server.url}/a/b/").is_dir()


def test_an_unknown_name(tmp_path):
    with pytest.raises(
        OptionError, match=r"no data set 'imagenet'(.|\n)*cifar10, mnist"
    ):
        download("imagenet", tmp_path)
