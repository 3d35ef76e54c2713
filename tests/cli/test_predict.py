"""`hubel predict` from outside: pictures in, lines and an exit code out."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hubel import cli
from hubel.cli._counter import Counter
from hubel.data import tenshapes
from hubel.experiments import TrainSettings, load, train
from hubel.view import png_bytes

IMAGES = tenshapes(12, 3)[0].images


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = TrainSettings(images=300, hidden=(8,), epochs=2, lr=0.01)
    return str(train(settings, out=tmp_path_factory.mktemp("runs") / "run").folder)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """Give a folder of twelve pictures, and be beside it."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "pictures"
    (place / "below").mkdir(parents=True)
    for number, image in enumerate(IMAGES):
        where = place / "below" if number > 9 else place
        (where / f"{number}.png").write_bytes(png_bytes(image))
    (place / "notes.txt").write_text("no picture")
    (place / ".hidden.png").write_bytes(b"")
    return place


def run(*words, capsys):
    """Return the exit code and what was printed."""
    try:
        code = cli.main(["predict", *words])
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def test_a_line_a_picture(folder, pictures, capsys):
    code, out, err = run(folder, "pictures", capsys=capsys)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *[f"pictures/{number}.png" for number in range(10)],
        "pictures/below/10.png",
        "pictures/below/11.png",
    ]
    model = load(folder)
    for line, guesses in zip(lines, model.top(IMAGES), strict=True):
        first = f"{guesses[0].name} {100 * guesses[0].probability:.1f} %"
        assert line.split(": ")[1].startswith(first)
        assert [name in line for name in model.class_names].count(True) == 5


def test_json_lines_hold_the_numbers(folder, pictures, capsys):
    words = (folder, "pictures/3.png", "--json", "--top", "2", "--best")
    code, out, err = run(*words, capsys=capsys)
    assert (code, err) == (0, "")
    told = json.loads(out)
    best, second = load(folder, best=True).top(IMAGES[3:4], 2)[0]
    assert told["file"] == "pictures/3.png"
    assert (told["class"], told["label"]) == (best.name, best.label)
    assert told["probability"] == pytest.approx(best.probability, abs=1e-6)
    assert [each["class"] for each in told["top"]] == [best.name, second.name]


def test_bad_files_are_a_line_each_and_the_others_go_on(folder, pictures, capsys):
    (pictures / "4.png").write_bytes(png_bytes(IMAGES[4])[:200])
    (pictures / "5.png").write_bytes(b"")
    (pictures / "6.png").write_bytes(png_bytes(IMAGES[6].repeat(2, axis=0)))
    (pictures / "nothing").mkdir()
    words = (
        folder,
        "pictures",
        "missing.png",
        "pictures/nothing",
        "pictures/notes.txt",
    )
    code, out, err = run(*words, capsys=capsys)
    assert code == 1
    assert len(out.splitlines()) == 9
    said = err.splitlines()
    assert len(said) == 6
    for word in ("4.png", "5.png", "6.png", "missing.png", "nothing", "notes.txt"):
        assert sum(word in line for line in said) == 1
    assert "--resize" in next(line for line in said if "6.png" in line)
    code, out, err = run(*words, "--json", capsys=capsys)
    assert (code, err) == (1, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert sum("error" in line for line in lines) == 6
    code, out, _ = run(folder, "pictures/6.png", "--resize", "fit", capsys=capsys)
    assert (code, len(out.splitlines())) == (0, 1)


def test_a_sheet_shows_the_pictures(folder, pictures, capsys):
    code, out, _ = run(folder, "pictures", "--show", "sheet.PNG", capsys=capsys)
    assert code == 0
    assert out.splitlines()[-1] == "sheet: sheet.PNG"
    with Image.open("sheet.PNG") as sheet:
        pixels = np.asarray(sheet)
    first = IMAGES[0].repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(pixels[8:104, 8:104], first)
    assert run(folder, "pictures", "--show", "a.jpg", capsys=capsys)[0] == 1


def test_what_makes_no_sense_is_refused(folder, pictures, capsys):
    code, _, err = run(folder, "-", capsys=capsys)
    assert code == 2
    assert "standard input, which is not read" in err
    assert run(folder, capsys=capsys)[0] == 2
    code, _, err = run("pictures", "pictures", capsys=capsys)
    assert code == 1
    assert "hubel train" in err


def test_the_svm_tells_scores(pictures, capsys):
    settings = TrainSettings(images=100, hidden=(), loss="svm", epochs=1)
    made = train(settings, out="svm")
    code, out, _ = run(str(made.folder), "pictures/1.png", capsys=capsys)
    assert code == 0
    assert "%" not in out
    out = run(str(made.folder), "pictures/1.png", "--json", capsys=capsys)[1]
    assert json.loads(out)["probability"] is None


def test_many_pictures_are_read_a_few_at_a_time(folder, pictures, capsys, monkeypatch):
    whole = run(folder, "pictures", capsys=capsys)[1]
    monkeypatch.setattr("hubel.cli._predict._AT_ONCE", 5)
    assert run(folder, "pictures", capsys=capsys)[1] == whole


def test_the_counter_moves_a_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    with Counter("pictures", 4) as counter:
        for _ in range(4):
            counter.move()
    shown = capsys.readouterr().err.split("\r\033[K")
    assert shown[1] == "1 of 4 pictures  1 a second  3 s left"
    assert shown[-1] == ""


def as_bytes(kind):
    file = io.BytesIO()
    Image.fromarray(IMAGES[0]).save(file, kind)
    return file.getvalue()


ORIGINALS = [as_bytes("PNG"), as_bytes("JPEG")]


@given(
    original=st.sampled_from(ORIGINALS),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    length=st.integers(0, 4000),
)
def test_any_bytes_give_a_line_or_an_error_line(
    original, changes, length, folder, tmp_path_factory
):
    data = bytearray(original[:length])
    for place, value in changes:
        if data:
            data[place % len(data)] = value
    file = tmp_path_factory.mktemp("fuzz") / "a.png"
    file.write_bytes(data)
    assert cli.main(["predict", folder, str(file), "--json", "--resize", "fit"]) in (
        0,
        1,
    )
