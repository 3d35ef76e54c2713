"""Row 12: a classifier behind fixed features, against the same trained end to end."""

from hubel.experiments import compare
from hubel.experiments.comparing._features import FROZEN, LONGER, UNFROZEN


def test_one_switch_and_both_side_by_side(tmp_path):
    found = compare(
        "features",
        images=600,
        hidden=(20,),
        words=20,
        stride=4,
        extra_epochs=8,
        epochs=10,
        out=tmp_path / "c",
    )
    rows = found.rows
    # Features say more than pixels, before a line and before a net.
    assert rows["hog+hue, linear"].mean > rows["pixels, linear"].mean + 0.2
    assert rows["hog+hue, net"].mean > rows["pixels, net"].mean + 0.2
    # The same words and classifier: trained, they fit the images better than frozen.
    learned = {
        row: sum(found.values(row, "train_accuracy")) / 3
        for row in (FROZEN, LONGER, UNFROZEN)
    }
    assert learned[UNFROZEN] > learned[LONGER] + 0.02
    page = found.report.read_text(encoding="utf-8")
    assert all(str(rows[row]) in page for row in rows)
