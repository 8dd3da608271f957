"""What a run that trained on prepared folders says of them, down to the model card."""

from __future__ import annotations

from pathlib import Path

from convert import card
from tests.sourcefiles import font_file, hgu1, put
from train import prepare
from train.data.hgu1 import SOURCE
from train.provenance import entry
from train.shards import Manifest


def test_every_folder_and_every_font_is_listed(tmp_path: Path) -> None:
    """From files to folders, from these to a run's entries, and to the card."""
    put(tmp_path / "fonts" / "Bars.ttf", font_file())
    put(tmp_path / "hgu1" / "PE92_train" / "b0a1.hgu1", hgu1("가가"))
    put(tmp_path / "hgu1" / "PE92_test" / "b0a1.hgu1", hgu1("가", 5))
    manifests = []
    for source in ("fonts", "hgu1"):
        out = tmp_path / "out" / source
        assert prepare.main([source, str(tmp_path / source), "--out", str(out)]) == 0
        manifests.append(Manifest.load(out))
    fonts, people = map(entry, manifests)
    face = "Bars.ttf/막대 Bars Bold"
    licence = "SIL OFL 1.1; https://openfontlicense.org"
    assert fonts["fonts"] == {face: licence}
    assert fonts["samples"] == sum(manifests[0].shards.get("train", []))
    assert people == SOURCE.to_dict(2)  # the third one is in the test part
    table, _, faces = card._sources([fonts, people])
    assert f"| [{SOURCE.name}]({SOURCE.url}) | {SOURCE.licence} | 2 |  |" in table
    assert f"| 막대 Bars Bold | Bars.ttf | {licence} |" in faces


def test_a_face_that_says_nothing_is_listed_too() -> None:
    manifest = Manifest(
        format=1,
        source="fonts",
        licence="each its own",
        url="",
        options={"licences": {"a.ttf/A": "OFL"}},
        shards={"val": [3], "test": [2, 2]},
        labels={"가": 7},
        writers={"b.ttf/B": 4, "a.ttf/A": 3},
        duplicates=0,
        contradictions=0,
        left_out=0,
    )
    found = entry(manifest)
    assert list(found["fonts"].items()) == [("a.ttf/A", "OFL"), ("b.ttf/B", "not stated")]
    assert found["samples"] == 0
