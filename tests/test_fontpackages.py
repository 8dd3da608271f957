"""Fetching packages of fonts: what is checked, where it goes and what is said when it fails."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests import sourcefiles
from tests.sourcefiles import put
from train import prepare
from train.data import DataError, fontpackages, fonts
from train.data.fontpackages import Package

FONTS = {"Bars.ttf": sourcefiles.font_file(), "evil.otf": b"other font"}
"""What the package made here holds."""


def tar() -> bytes:
    """An archive with the fonts, one of which would land two folders up, and more."""
    members = {
        "package/400Regular/Bars.ttf": FONTS["Bars.ttf"],
        "package/../../../evil.otf": FONTS["evil.otf"],
        "package/LICENSE_FONT": b"OFL",
        "package/index.js": b"process.exit(1)",
        "package/Bars.ttf.png": b"picture",
    }
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("package/link.ttf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return file.getvalue()


def program(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program before any other of its name."""
    path = put(folder / name, f"#!/bin/sh\n{script}\n".encode())
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A package that npm and apt-get bring: the only one that is fetched."""
    packed = put(tmp_path / "served" / "bars.tgz", gzip.compress(tar()))
    plain = put(tmp_path / "served" / "bars.tar", tar())
    made = Package(
        "bars",
        fontpackages.checksum(FONTS),
        "@made/bars@1.0.0",
        hashlib.sha256(packed.read_bytes()).hexdigest(),
    )
    monkeypatch.setattr(fontpackages, "NPM", (made,))
    monkeypatch.setattr(fontpackages, "DEBIAN", (made,))
    bin_ = tmp_path / "bin"
    serve = f'[ "$1 $2" = "pack @made/bars@1.0.0" ] && cp {packed} "$5/"'
    program(bin_, "npm", serve, monkeypatch)
    program(bin_, "apt-get", '[ "$1 $2" = "download @made/bars@1.0.0" ] && : > x.deb', monkeypatch)
    program(bin_, "dpkg-deb", f'[ "$1" = --fsys-tarfile ] && cat {plain}', monkeypatch)
    return made


@pytest.mark.parametrize("fetch", [fontpackages.fetch_npm, fontpackages.fetch_debian])
def test_fonts_and_licences_are_kept_and_nothing_else_anywhere(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch, fetch: fontpackages.Fetch
) -> None:
    out = tmp_path / "deep" / "er" / "out"
    assert fetch(out) == out
    written = {path for path in (tmp_path / "deep").rglob("*") if path.is_file()}
    assert written == {out / "bars" / name for name in (*FONTS, "LICENSE_FONT")}
    assert [path.name for path in out.iterdir()] == ["bars"]
    assert (out / "bars" / "Bars.ttf").read_bytes() == FONTS["Bars.ttf"]
    assert len(list(fonts.read([out / "bars" / "Bars.ttf"], ("가", "나")))) == 2
    # What is there is not fetched again, so that no client is needed.
    monkeypatch.setenv("PATH", "")
    before = {path: path.stat().st_mtime_ns for path in written}
    assert fetch(out) == out
    assert {path: path.stat().st_mtime_ns for path in written} == before


def test_fonts_brought_by_hand_will_do(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DataError, match=r"npm is not installed\): put its .* by hand") as caught:
        fontpackages.fetch_npm(tmp_path / "out")
    assert str(tmp_path / "out" / "bars") in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []
    for name, content in FONTS.items():
        put(tmp_path / "out" / "bars" / name, content)
    assert fontpackages.fetch_npm(tmp_path / "out") == tmp_path / "out"
    put(tmp_path / "out" / "bars" / "Bars.ttf", b"changed")
    with pytest.raises(DataError, match="bars: its fonts do not have the pinned checksum; remove"):
        fontpackages.fetch_npm(tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "script", "says"),
    [
        ("npm", "echo 'npm error code E404' >&2; exit 1", "npm error code E404"),
        ("npm", "exit 0", "no file came"),
        ("npm", 'echo other > "$5/bars.tgz"', "bars@1.0.0 does not have the pinned checksum"),
        ("apt-get", "echo 'E: Unable to locate package' >&2; exit 100", "E: Unable to locate"),
        ("apt-get", "exit 0", "no file came"),
        ("dpkg-deb", "exit 2", "x.deb is damaged"),
        ("dpkg-deb", "exit 0", "cannot be read"),
    ],
)
def test_what_fails_is_one_sentence_and_leaves_nothing(
    tmp_path: Path,
    package: Package,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    script: str,
    says: str,
) -> None:
    program(tmp_path / "first", name, script, monkeypatch)
    source = "fonts-npm" if name == "npm" else "fonts-debian"
    assert prepare.main(["fetch", source, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert says in said.err
    assert f"put its font files into {tmp_path / 'out' / 'bars'} by hand" in said.err
    assert list((tmp_path / "out").iterdir()) == []


def test_of_a_font_and_its_pieces_only_the_font_is_kept(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = {"Bars.ttf": FONTS["Bars.ttf"]}
    whole = replace(package, fonts=fontpackages.checksum(one), only="Bars.ttf")
    monkeypatch.setattr(fontpackages, "NPM", (whole,))
    for _ in range(2):  # the second time it is there
        place = fontpackages.fetch_npm(tmp_path / "out") / "bars"
        assert {path.name for path in place.iterdir()} == {"Bars.ttf", "LICENSE_FONT"}


def test_other_fonts_than_the_pinned_ones_are_refused(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Package("bars", "0" * 64, package.origin, package.tarball)
    monkeypatch.setattr(fontpackages, "DEBIAN", (other,))
    with pytest.raises(DataError, match="differ from the pinned ones"):
        fontpackages.fetch_debian(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_every_package_is_pinned() -> None:
    for packages in (fontpackages.NPM, fontpackages.DEBIAN):
        assert len({package.fonts for package in packages}) == len(packages)
        assert all(re.fullmatch(r"[0-9a-f]{64}", package.fonts) for package in packages)
    for package in fontpackages.NPM:
        assert re.fullmatch(r"[0-9a-f]{64}", package.tarball)
        scope = "@fontsource" if package.only else "@expo-google-fonts"
        assert re.fullmatch(rf"{scope}/{package.name}@[0-9]+\.[0-9]+\.[0-9]+", package.origin)
