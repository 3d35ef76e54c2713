"""`hubel graph` from outside."""

from __future__ import annotations

import json

import pytest

from hubel import cli

CIRCUIT = ("graph", "(x+y)*z", "x=-2", "y=5", "z=-4")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_slide(capsys, tmp_path):
    assert cli.main(CIRCUIT) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[3].split() == ["z", "input", "scalar", "-4", "3"]
    assert out.endswith("graph.html\n")
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert "to z: 1.00 × 3.00 = 3.00" in page


def test_json_and_svg_on_standard_output(capsys, tmp_path):
    assert cli.main((*CIRCUIT, "--json")) == 0
    stations = json.loads(capsys.readouterr().out)["stations"]
    assert [s["gradient"] for s in stations] == [
        "−4.00",
        "−4.00",
        "3.00",
        "−4.00",
        "1.00",
    ]
    assert cli.main((*CIRCUIT, "--out", "-")) == 0
    assert capsys.readouterr().out.startswith("<svg")
    assert not list(tmp_path.iterdir())


def test_a_browser_is_opened_when_asked(capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert cli.main((*CIRCUIT, "--open", "--slide", "--branches")) == 0
    assert opened[0].startswith("file://")
    assert opened[0].endswith("graph.html")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("(x+y)*z", "x=1"), "no value for y, z"),
        (("x", "x=1", "x=2"), "x was given more than once"),
        (("x+", "x=1"), "is not a formula"),
        (("x+" * 300, "x=1"), "is not a formula"),
        (("x", "x=1", "--out", "a.bmp"), "no ending"),
        (("x", "x=1", "--out", "no/folder/a.svg"), "cannot be written"),
        (("x", "x=1", "--digits", "40"), "17 digits"),
    ],
)
def test_mistakes_are_told(words, said, capsys):
    assert cli.main(("graph", *words)) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [("x", "x=one"), ("x", "=1"), ("x", "x=nan")])
def test_values_are_numbers(words, capsys):
    with pytest.raises(SystemExit):
        cli.main(("graph", *words))
    assert "is not a name with a number" in capsys.readouterr().err


def test_the_loss_of_a_trained_net(capsys, tmp_path):
    train = ("train", "--images", "100", "--hidden", "4", "--epochs", "1")
    assert cli.main((*train, "--out", "run", "--quiet")) == 0
    capsys.readouterr()
    assert cli.main(("graph", "run", "--json", "--out", "net.html")) == 0
    stations = json.loads(capsys.readouterr().out)["stations"]
    assert [s["shape"] for s in stations if s["name"] == "net.layers.2.weight"] == [
        "3072 × 4"
    ]
    assert stations[-1]["gradient"] == "1.00"
    page = (tmp_path / "net.html").read_text(encoding="utf-8")
    assert "kronecker Jacobian" in page
    assert cli.main(("graph", "run", "x=1")) == 1
    assert "takes no values" in capsys.readouterr().err
    assert cli.main(("graph", "x", "x=1", "--image", "a.png")) == 1
    assert "looks at no image" in capsys.readouterr().err
