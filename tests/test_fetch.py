"""Data sets from git repositories, fetched from real ones that are made here."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.sourcefiles import hgu1, put
from train import prepare
from train.data import DataError, git, github, splitzip
from train.data.github import RECORD, Repository
from train.data.hgu1 import read as read_hgu1

ENTRY, END = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
"""An entry of a .zip's central directory, before its names, and the directory's end."""

PAGES = {"Data/scan_data/001~01.jpg": b"page 1", "Data/scan_data/002~01.jpg": bytes(range(256))}
"""The data of the repository `pages`."""


def run(folder: Path, *words: str, content: bytes = b"") -> str:
    """Runs git in a folder, as somebody."""
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *who, *words],
        cwd=folder,
        env=os.environ | settings,
        input=content,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def commit(folder: Path, files: Mapping[str, bytes]) -> str:
    """Commits files on top of what a repository holds, which is made; returns the id."""
    folder.mkdir(parents=True, exist_ok=True)
    run(folder, "init", "--quiet")
    for name, content in files.items():
        put(folder / name, content)
    run(folder, "add", "--all", "--force")
    run(folder, "commit", "--quiet", "--message", "Add files")
    return run(folder, "rev-parse", "HEAD")


def committed_tree(folder: Path, mode: str, name: str, blob: str) -> str:
    """Commits a tree of one entry, whatever it is called; returns the id."""
    content = f"{mode} {name}".encode() + b"\0" + bytes.fromhex(blob)
    words = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    tree = run(folder, *words, content=content)
    made = run(folder, "commit-tree", tree, "-m", "Add an entry")
    run(folder, "branch", "--force", "odd", made)
    return made


def archive(members: Mapping[str, bytes], link: str = "") -> bytes:
    """A .zip; link: name of a member that is a symbolic link."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
        if link:
            member = zipfile.ZipInfo(link)
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(member, "/etc/passwd")
    return file.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def pages(tmp_path: Path) -> Repository:
    """A repository of pages, two commits deep, whose first one is pinned."""
    made = tmp_path / "made"
    others = {"LICENSE": b"MIT", "Data/main.m": b"x", "Data/scan_data/notes/old.jpg": b"x"}
    pinned = commit(made, PAGES | others)
    commit(made, {"Data/scan_data/001~01.jpg": b"changed"})
    return Repository("Pages", str(made), pinned, r"Data/scan_data/[^/]+\.jpg")


def test_only_what_is_wanted_comes_and_once(tmp_path: Path, pages: Repository) -> None:
    out = tmp_path / "deep" / "er"
    place = github.fetch(pages, out)
    assert place == out / "Pages"
    assert files(place).keys() == PAGES.keys() | {"LICENSE", RECORD}
    assert {name: files(place)[name] for name in PAGES} == PAGES
    assert list(out.iterdir()) == [out / "Pages"]
    # Known again without the repository, and untouched.
    shutil.rmtree(tmp_path / "made")
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    assert github.fetch(pages, out) == place
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_a_finished_folder_is_known_by_what_it_holds(tmp_path: Path, pages: Repository) -> None:
    place = github.fetch(pages, tmp_path / "out")
    page = place / "Data/scan_data/001~01.jpg"
    with pytest.raises(DataError, match=rf"holds commit {pages.commit}; remove it"):
        github.fetch(replace(pages, commit="0" * 40), tmp_path / "out")
    page.write_bytes(b"pagE 1")
    with pytest.raises(DataError, match=r"001~01\.jpg: does not have its checksum; remove "):
        github.fetch(pages, tmp_path / "out")
    page.unlink()
    with pytest.raises(DataError, match=r"001~01\.jpg: No such file or directory; remove "):
        github.fetch(pages, tmp_path / "out")
    for damage in (b"{", b"[]", b'{"commit": 1}', b'{"commit": "", "files": 3}', b"\xff"):
        put(place / RECORD, damage)
        with pytest.raises(DataError, match=rf"{RECORD}: damaged; remove "):
            github.fetch(pages, tmp_path / "out")
    (place / RECORD).unlink()
    with pytest.raises(DataError, match=rf"Pages: has no {RECORD} to check it by; move it away"):
        github.fetch(pages, tmp_path / "out")


def test_without_a_network_a_clone_brought_by_hand_will_do(
    tmp_path: Path, pages: Repository
) -> None:
    out = tmp_path / "out"
    away = replace(pages, url=str(tmp_path / "unplugged"))
    with pytest.raises(DataError) as caught:
        github.fetch(away, out)
    said = str(caught.value)
    assert said.startswith(f"{away.url} cannot be fetched (git: ")
    command = f"git clone --bare {away.url} Pages.git"
    assert f"run `{command}` where there is a network, put Pages.git into {out} and" in said
    assert f"takes commit {pages.commit[:12]} out of it" in said and "\n" not in said
    assert list(out.iterdir()) == []
    # As it says, with the address that there is.
    run(out, "clone", "--quiet", "--bare", pages.url, "Pages.git")
    assert {name: files(github.fetch(away, out))[name] for name in PAGES} == PAGES


def test_a_file_brought_by_hand_is_checked(tmp_path: Path, pages: Repository) -> None:
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in PAGES.items()}
    away = replace(pages, url=str(tmp_path / "unplugged"), checksums=checksums)
    out = tmp_path / "out"
    with pytest.raises(DataError) as caught:
        github.fetch(away, out)
    for name, content in PAGES.items():
        place = out / "Pages" / name
        assert f"or put {place} there, of SHA-256 {checksums[name][:12]}..." in str(caught.value)
        put(place, content)
    assert github.fetch(away, out) == out / "Pages"
    put(out / "Pages" / next(iter(PAGES)), b"other")
    with pytest.raises(DataError, match=r"001~01\.jpg: does not have its checksum"):
        github.fetch(away, out)


def test_a_pinned_checksum_holds_for_what_git_brings(tmp_path: Path, pages: Repository) -> None:
    wrong = replace(pages, checksums={"Data/scan_data/002~01.jpg": "0" * 64})
    with pytest.raises(DataError, match=r"its Data/scan_data/002~01\.jpg does not have the pinned"):
        github.fetch(wrong, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_no_other_commit_is_taken(tmp_path: Path, pages: Repository) -> None:
    made = Path(pages.url)
    tree = run(made, "rev-parse", "HEAD^{tree}")
    for id_, says in (("0" * 40, "not our ref 0000"), (tree, "is no commit there")):
        with pytest.raises(DataError, match=says):
            github.fetch(replace(pages, commit=id_), tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []


def test_a_tampered_object_is_found(tmp_path: Path, pages: Repository) -> None:
    made = Path(pages.url)
    blob = run(made, "rev-parse", f"{pages.commit}:Data/scan_data/001~01.jpg")
    other = run(made, "hash-object", "-w", "--stdin", content=b"other page")
    loose = made / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes((made / ".git/objects" / other[:2] / other[2:]).read_bytes())
    with pytest.raises(DataError, match=r"cannot be fetched \(git: "):
        github.fetch(pages, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_written_is_checked_against_its_id(tmp_path: Path, pages: Repository) -> None:
    store = tmp_path / "store"
    git.fetch(pages.url, pages.commit, store)
    first, second = git.entries(store, pages.commit)[2:4]
    # A program in place of git that gives another file's content.
    real = shutil.which("git")
    fake = put(tmp_path / "bin" / "git", b"")
    fake.write_text(f"#!/bin/sh\nexec {real} --git-dir={store} cat-file blob {second.blob}\n")
    fake.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
        with pytest.raises(DataError, match="does not have the content that its commit states"):
            git.write(store, first, tmp_path / "file")


def test_a_commit_without_the_data_is_refused(tmp_path: Path, pages: Repository) -> None:
    with pytest.raises(DataError, match=rf"its commit {pages.commit} has no file other/"):
        github.fetch(replace(pages, wanted="other/.+"), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "name", "says"),
    [
        ("100644", "../../evil.jpg", "would not stay within its folder"),
        ("100644", "/evil.jpg", "would not stay within its folder"),
        ("100644", "C:evil.jpg", "would not stay within its folder"),
        ("100644", "a\\..\\evil.jpg", "would not stay within its folder"),
        ("100644", "a\nb.jpg", "would not stay within its folder"),
        ("40000", "..", "would not stay within its folder"),
        ("120000", "link.jpg", "its link.jpg is a link, not a file"),
        ("160000", "module.jpg", "is a link, not a file"),
    ],
)
def test_nothing_is_written_outside_its_folder(
    tmp_path: Path, pages: Repository, mode: str, name: str, says: str
) -> None:
    """Whether git's own check of the tree stops it, or ours."""
    made = Path(pages.url)
    id_ = {"40000": f"{pages.commit}:Data/scan_data", "160000": pages.commit}.get(mode)
    if id_:
        id_ = run(made, "rev-parse", id_)
    else:
        id_ = run(made, "hash-object", "-w", "--stdin", content=b"/etc/passwd")
    repository = replace(pages, commit=committed_tree(made, mode, name, id_), wanted=r"(?s).+\.jpg")
    before = set(tmp_path.rglob("*.jpg"))
    with pytest.raises(DataError, match=rf"{says}|\(git: object .*: (fullPathname|hasDotdot)"):
        github.fetch(repository, tmp_path / "out" / "er")
    assert list((tmp_path / "out" / "er").iterdir()) == []
    assert set(tmp_path.rglob("*.jpg")) == before


@pytest.mark.parametrize(
    "name", ["/a", "a/../b", "..", "a//b", "./a", "", "a\\b", "C:a", "a\0", "a\n"]
)
def test_a_name_that_leaves_its_folder_is_refused(name: str) -> None:
    """Also those that git and zipfile stop before."""
    with pytest.raises(DataError, match="would not stay within its folder"):
        github._inside(name)


def test_nothing_of_a_repository_runs(tmp_path: Path, pages: Repository) -> None:
    """Its hooks and filters, and those of the user's own settings, which git would run."""
    trace = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch {trace}\n"
    hooks = ("post-checkout", "post-merge", "reference-transaction", "post-index-change")
    for name in hooks:
        put(tmp_path / "hooks" / name, script.encode()).chmod(0o755)
    settings = f"[core]\n\thooksPath = {tmp_path / 'hooks'}\n\tfsmonitor = touch {trace}\n"
    settings += f'[filter "x"]\n\tsmudge = touch {trace}\n\trequired = true\n'
    put(tmp_path / "config", settings.encode())
    attributes = {".gitattributes": b"*.jpg filter=x\n"}
    pinned = commit(Path(pages.url), PAGES | attributes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
        patch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))  # as a hook has it
        place = github.fetch(replace(pages, commit=pinned), tmp_path / "out")
    assert {name: files(place)[name] for name in PAGES} == PAGES
    assert not trace.exists()


def test_a_killed_fetch_is_taken_up(tmp_path: Path, pages: Repository) -> None:
    out = tmp_path / "out"
    # Killed while git was fetching: a store without the commit.
    put(out / ".Pages.git" / "HEAD", b"ref: refs/heads/main\n")
    put(out / ".Pages.git" / "objects" / "pack" / "tmp_pack_x", b"half")
    # And while files were written.
    put(out / ".Pages.part" / "Data" / "scan_data" / "001~01.jpg", b"ha")
    place = github.fetch(pages, out)
    assert {name: files(place)[name] for name in PAGES} == PAGES
    assert list(out.iterdir()) == [out / "Pages"]
    # What git has brought whole is not fetched again.
    shutil.rmtree(place)
    git.fetch(pages.url, pages.commit, out / ".Pages.git")
    shutil.rmtree(pages.url)
    assert {name: files(github.fetch(pages, out))[name] for name in PAGES} == PAGES
    assert list(out.iterdir()) == [out / "Pages"]


def test_an_interrupted_fetch_leaves_nothing(
    tmp_path: Path, pages: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            github.fetch(pages, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert files(github.fetch(pages, tmp_path / "out")).keys() >= PAGES.keys()


def test_a_full_disk_ends_in_a_sentence_and_what_came_is_kept(
    tmp_path: Path, pages: Repository
) -> None:
    """Files may grow to 64 KiB only: git's packed store fits, the page unpacked does not."""
    big = {"Data/scan_data/003~01.jpg": bytes(1 << 20)}
    repository = replace(pages, commit=commit(Path(pages.url), big))
    out = tmp_path / "out"
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from train.data import github, DataError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))\n"
        "try:\n"
        f"    github.fetch(github.{repository!r}, Path({str(out)!r}))\n"
        "except DataError as error:\n"
        "    sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    says = "File too large; make room there or name another folder, then fetch again"
    assert (done.returncode, done.stderr) == (1, f"{out}: {says}\n")
    assert list(out.iterdir()) == [out / ".Pages.git"]
    shutil.rmtree(pages.url)
    assert github.fetch(repository, out) == out / "Pages"
    assert list(out.iterdir()) == [out / "Pages"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path, pages: Repository) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    with pytest.raises(
        DataError, match=r"out/\.Pages\.part: Permission denied; make room there or"
    ):
        github.fetch(pages, out)


def test_a_file_in_place_of_the_folder(tmp_path: Path, pages: Repository) -> None:
    put(tmp_path / "out", b"")
    with pytest.raises(DataError, match=r"out: (File exists|Not a directory); make room there or"):
        github.fetch(pages, tmp_path / "out")


def split(content: bytes, size: int) -> list[tuple[str, bytes]]:
    """The parts of an archive with what follows z in their names: each of size, but the last."""
    magic, *others = END.unpack(content[-END.size :])
    count, length, start = others[3:6]
    directory = bytearray(content[start : start + length])
    at = 0
    for _ in range(count):
        fields = list(ENTRY.unpack_from(directory, at))
        fields[13], fields[16] = divmod(fields[16], size)
        ENTRY.pack_into(directory, at, *fields)
        at += ENTRY.size + sum(fields[10:13])
    last = (len(content) - 1) // size
    part, offset = divmod(start, size)
    end = END.pack(magic, last, part, 0, count, length, offset, 0)
    whole = content[:start] + directory + end
    assert last < 99
    numbers = [f"{number:02}" for number in range(1, last + 1)]
    return [
        (number, whole[at * size : (at + 1) * size]) for at, number in enumerate([*numbers, "ip"])
    ]


def database(tmp_path: Path, content: Mapping[str, bytes]) -> Repository:
    """A repository like HangulDB's."""
    pinned = commit(tmp_path / "made", content)
    return replace(github.HANGUL_DB, url=str(tmp_path / "made"), commit=pinned)


def test_archives_are_unpacked_beside_their_place(tmp_path: Path) -> None:
    train = {"PE92_train/b0a1.hgu1": hgu1("가가"), "__MACOSX/PE92_train/._b0a1.hgu1": b"x"}
    test = {"b0a1.hgu1": hgu1("가", 5), "Thumbs.db": b"x"}
    packed = {"PE92_train.zip": archive(train), "PE92_test.zip": archive(test)}
    more = {"b0a1.hgu1": hgu1("가" * 50, 20)}
    packed |= {f"SERI_Train.z{n}": part for n, part in split(archive(more), 300)}
    repository = database(tmp_path, packed | {"README.md": b"y", "Display.cpp": b"x"})
    place = github.fetch(repository, tmp_path / "out")
    assert files(place).keys() == {
        "PE92_train/PE92_train/b0a1.hgu1",
        "PE92_test/b0a1.hgu1",
        "SERI_Train/b0a1.hgu1",
        "README.md",
        RECORD,
    }
    found = [(sample.label, sample.part) for sample in read_hgu1([place])]
    assert sorted(found) == [("가", "test"), *[("가", "train")] * 52]
    assert github.fetch(repository, tmp_path / "out") == place


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (archive({"../../../evil.hgu1": b"x"}), "would not stay within its folder"),
        (archive({"/evil.hgu1": b"x"}), "would not stay within its folder"),
        (archive({"a/../../evil.hgu1": b"x"}), "would not stay within its folder"),
        (archive({}, link="link.hgu1"), "holds a link, link.hgu1"),
        (archive({"a.hgu1": b"x" * 5000})[:60], "x_train.zip cannot be unpacked"),
        (b"no zip", "x_train.zip cannot be unpacked"),
        (archive({"a.hgu1": bytes(2000)}), "its a.hgu1 is larger than may be unpacked"),
        (archive({"a.hgu1": bytes(900), "b.hgu1": bytes(900)}), "b.hgu1 is larger than may be"),
        (archive({"a.hgu1": b"x", "a.hgu1/b.hgu1": b"x"}), "x_train.zip would overwrite other"),
        (archive({"é.hgu1": b"x"}).replace("é".encode(), b"\xff\xff"), "cannot be unpacked"),
    ],
)
def test_an_archive_that_is_not_as_it_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, says: str
) -> None:
    monkeypatch.setattr(github, "LARGEST_MEMBER", 1000)
    monkeypatch.setattr(github, "LARGEST_ARCHIVE", 1500)
    repository = database(tmp_path, {"x_train.zip": content})
    with pytest.raises(DataError, match=re.escape(says)):
        github.fetch(repository, tmp_path / "out")
    assert list(tmp_path.rglob("*.hgu1")) == []
    assert not (tmp_path / "out" / "HangulDB").exists()


@pytest.mark.parametrize("size", [30, 100, 101, 333, 5000])
def test_an_archive_in_parts_is_read_wherever_it_is_cut(tmp_path: Path, size: int) -> None:
    members = {f"{number}.hgu1": os.urandom(200 + number) for number in range(6)}
    for number, part in split(archive(members), size):
        put(tmp_path / f"a.z{number}", part)
    parts = splitzip.parts(tmp_path / "a.zip")
    assert [part.name for part in parts] == sorted(part.name for part in tmp_path.iterdir())
    splitzip.join(parts, tmp_path / "whole")
    with zipfile.ZipFile(tmp_path / "whole") as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == members


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs Info-ZIP's zip")
def test_parts_as_a_zip_program_makes_them(tmp_path: Path) -> None:
    members = {f"{number}.hgu1": os.urandom(40000) for number in range(5)}
    for name, content in members.items():
        put(tmp_path / name, content)
    command = ["zip", "--quiet", "--split-size", "64k", "a.zip", *members]
    subprocess.run(command, cwd=tmp_path, check=True)
    parts = splitzip.parts(tmp_path / "a.zip")
    assert len(parts) == 4
    splitzip.join(parts, tmp_path / "whole")
    with zipfile.ZipFile(tmp_path / "whole") as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == members


def test_parts_that_do_not_belong_together(tmp_path: Path) -> None:
    made = [part for _, part in split(archive({"a.hgu1": os.urandom(900)}), 300)]
    damaged = [bytes(300), *made[1:-1], made[-1].replace(b"PK\x01\x02", b"PK\x01\x03")]
    for parts in (made[:1] + made[2:], made[:-1], [*made, b"x"], [b"", *made], damaged):
        paths = [put(tmp_path / f"{n}", part) for n, part in enumerate(parts)]
        with pytest.raises(DataError, match=rf"{paths[-1].name} and its parts do not make up an"):
            splitzip.join(paths, tmp_path / "whole")
        (tmp_path / "whole").unlink()


def test_damage_within_an_archive_is_found(tmp_path: Path) -> None:
    content = bytearray(archive({"a.hgu1": bytes(range(256)) * 9}))
    content[60] ^= 0xFF
    repository = database(tmp_path, {"x_train.zip": bytes(content)})
    with pytest.raises(DataError, match=r"its x_train\.zip cannot be unpacked"):
        github.fetch(repository, tmp_path / "out")


def test_the_command_fetches_and_fails_in_one_sentence(
    tmp_path: Path,
    pages: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(prepare.FETCHES, "hhr-skku", partial(github.fetch, pages))
    command = ["fetch", "hhr-skku", "--out", str(tmp_path / "out")]
    assert prepare.main(command) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'Pages'}\n"
    shutil.rmtree(tmp_path / "out")
    monkeypatch.setenv("PATH", "")
    assert prepare.main(command) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "cannot be fetched (git is not installed): run `git clone --bare" in said.err


def test_every_repository_is_pinned() -> None:
    for name in ("hhr-skku", "hangul-db", "omniglot"):
        assert name in prepare.FETCHES
    for repository in (github.HHR_SKKU, github.HANGUL_DB, github.OMNIGLOT):
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+", repository.url)
        assert re.fullmatch(r"[0-9a-f]{40}", repository.commit)
        assert all(re.fullmatch(r"[0-9a-f]{64}", sha) for sha in repository.checksums.values())
