"""Public packages of Korean fonts, from npm and from Debian, fetched with pinned checksums.

Each package gets a folder of its own with its font files and what it says of their licence. A
folder whose fonts have the pinned checksum is left as it is, however it came there, so fetching
goes on where it ended and files can be brought by hand.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from train.data import DataError, npm
from train.data.sfnt import ENDINGS
from train.data.tree import read_files

_LICENCE = re.compile(r"(licen[cs]e|copyright|ofl)[^/]*", re.IGNORECASE)

Fetch = Callable[[Path], Path]
"""Brings packages into a folder, which it returns."""


@dataclass(frozen=True)
class Package:
    """A package of fonts."""

    name: str
    """Its name, which is also that of its folder."""
    fonts: str
    """SHA-256 of its font files, as `checksum` takes it."""
    origin: str
    """What the client that brings it calls it."""
    tarball: str = ""
    """SHA-256 of what the client brings, where that is the same everywhere."""
    only: str = ""
    """The one font file that is wanted, where the others hold parts of it."""


def _npm(name: str, version: str, tarball: str, fonts: str) -> Package:
    return Package(name, fonts, f"@expo-google-fonts/{name}@{version}", tarball)


def _fontsource(name: str, version: str, tarball: str, fonts: str) -> Package:
    # Beside all of its Hangul in one file, such a package has it in some ninety pieces.
    only = f"{name}-korean-400-normal.woff2"
    return Package(name, fonts, f"@fontsource/{name}@{version}", tarball, only)


NPM = (
    _npm(
        "black-and-white-picture",
        "0.4.1",
        "55f10850b434ee9c24522d727024ffeaf1f7aebcad60439e9c3ec6f6a687b945",
        "f6aa138c24cbc6d8537659b65ffc5582202abd206e027c0d1fbb7b40c6246ba6",
    ),
    _npm(
        "cute-font",
        "0.4.1",
        "eb408f81698864cdae137909bdf3795329c1e5cab2d277a6dbd0ccc5886f7560",
        "a143049e4b216169613ffeb5dda8a3194228690f2a00efc27bc68be781a8cb0c",
    ),
    _npm(
        "dokdo",
        "0.4.1",
        "7bb59d8d531fc9640dea46e046c12ff8212c7a4f1cb6793092ab31d9a419d397",
        "7cf98797db9bf46326d76e59b2b7b9aebcc381c931e571134d41f9768ae96ff8",
    ),
    _npm(
        "dongle",
        "0.4.1",
        "6ad721e9782569b9d4ccbdaae15266ca8f5445569ce19607ce59fbe8064e8c8e",
        "a967ac3f71d4b13860231f8b5d0beb917a02e945fa4ac593eeb0d8475455dd0d",
    ),
    _npm(
        "east-sea-dokdo",
        "0.2.0",
        "03f7c6fa15147f55298f6b6f30028d8272b0fb665756e44c066ad44ada1ea678",
        "d6520dceb56aae97f47b12b5b485596e48e9cf07a72e0b9db3a0f0c70ba5ba0a",
    ),
    _npm(
        "gaegu",
        "0.4.1",
        "c5a6c07dce61f800d8f4fb44f523ef047547dea05ac81bef5ffdae97fb522218",
        "60d89f85ad1dcc7707e6759c7514f3305ce1a4d32c9740af0ca8eac42396b617",
    ),
    _npm(
        "gamja-flower",
        "0.4.1",
        "05df28c66ddd2ab4e72f6df533e9ad5d7b275460dec7994d35f2b8738f295ac2",
        "de83abb50d7e2043400ef30fbd4c1dee4c5cf3097dced304b868ebda83a196e1",
    ),
    _npm(
        "nanum-brush-script",
        "0.2.3",
        "5f72369925fbd9b6ff9aaaa34c9d6f30d1e2cfc9399672d9800fbe80da770836",
        "29eeaec9a50f07f9b5fdc561e0e354900f2c05e1acddacc0046358bd5e9309d1",
    ),
    _npm(
        "nanum-pen-script",
        "0.4.0",
        "27887f834576a001389efff82442a776a54f3ab93693c42442f7873f5b929501",
        "c67e173aeeaca5be75dda2735bd3b2d2aaa80edf664545f5862e340ed6de0a74",
    ),
    _npm(
        "poor-story",
        "0.2.3",
        "eef06536555fcf1a81896899885c8be9e68ebf8894cca525448a5490b988fc8a",
        "d79c622bbbc3bcf0ee6b1216a4d8d26a9bfac18675a5ab1de8d2032d0c50c855",
    ),
    _npm(
        "single-day",
        "0.4.1",
        "e5b3baba18bf61422b73aa591fdc988ec9c0d0693367ffa1c240eb18ec38f4bf",
        "74e256cd124bd0bfdbbe51229e1694ec27a7dec507a87737345c28226b3adb84",
    ),
    _fontsource(
        "hi-melody",
        "5.3.0",
        "7c863e00f03dc1bf22282cc73045afce6d517c055f512e6880ca0f14a3ab662c",
        "fea0febf62923a6459b89f0aadc88656f6ecd4caa651b188c470184611740e52",
    ),
    _fontsource(
        "stylish",
        "5.3.1",
        "fd9fc29ef82a80cef43217700f7255eff5acb0de09b6e1d2e620e2d608a4df6e",
        "39db55a1c431cb53ea34bc277e16c68cf2156f99964d68210404f339542fb628",
    ),
)
"""Handwriting of Google Fonts, all under the SIL Open Font License 1.1."""

_DEBIAN = {
    "fonts-alee": "7e187e7e97658e29135c617b703df4c3306405ec60a2305e71f5ef46d4bd0b77",
    "fonts-baekmuk": "f5dca0282f0915865e8dbc54c78df947f75ccabbddbacfc774a4322b173f742c",
    "fonts-nanum-extra": "0760f53b394b8a3a2603d62284653ff4ca7196e1d71b4ee31b5b34d59f0bb5c3",
    "fonts-nanum": "d380776307383a6b68a61bc99aa42bb9aad3df519cc149315ffd367ab7a034ad",
    "fonts-unfonts-core": "c351f251e32056363312771f28c69bed3d214491c265dadaec3bb3c1f46cb1fc",
    "fonts-unfonts-extra": "4ee6fda1f59219343a1b5441c610b757c406d49915f1b1daa2c2f4dc5b94e91c",
    "fonts-woowa-bm": "65fdf3c3caf3f2d773ec296f1a359a0d06f53f0e8bec4d5fd7671b6db61e23f6",
}

DEBIAN = tuple(Package(name, fonts, name) for name, fonts in _DEBIAN.items())
"""Packages of Debian 12. A .deb differs between releases more often than the fonts in it, so only
these are pinned; apt checks the .deb itself against the index that the archive has signed."""


def fetch_npm(folder: Path) -> Path:
    """Brings the packages of `NPM` into folder; returns it.

    Raises DataError, saying how to bring a package by hand, where one cannot be fetched.
    """
    return _fetch(NPM, folder, _from_npm)


def fetch_debian(folder: Path) -> Path:
    """Brings the packages of `DEBIAN` into folder; returns it.

    Raises DataError, saying how to bring a package by hand, where one cannot be fetched.
    """
    return _fetch(DEBIAN, folder, _from_apt)


def checksum(files: Mapping[str, bytes]) -> str:
    """SHA-256 of font files by name: that of what sha256sum prints for them, sorted by name."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _fetch(
    packages: tuple[Package, ...], folder: Path, bring: Callable[[Package, Path], Path]
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        place = folder / package.name
        wanted = partial(_wanted, only=package.only)
        if place.exists():
            if checksum(_fonts(read_files(place, wanted))) != package.fonts:
                raise DataError(
                    f"{place}: its fonts do not have the pinned checksum; remove it and fetch again"
                )
            continue
        # Beside its place, so that it can be moved there whole.
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{package.name}-") as work:
            try:
                files = read_files(bring(package, Path(work)), wanted)
                if checksum(_fonts(files)) != package.fonts:
                    raise DataError(f"the fonts of {package.origin} differ from the pinned ones")
            except (DataError, OSError) as error:
                raise DataError(
                    f"{package.origin} cannot be fetched ({error}): "
                    f"put its font files into {place} by hand"
                ) from None
            content = Path(work) / "content"
            content.mkdir()
            content.chmod(0o755)
            for name, data in files.items():
                (content / name).write_bytes(data)
            content.replace(place)
    return folder


def _wanted(name: str, only: str) -> str | None:
    """The bare name of a font or licence file, so that none is written outside its folder."""
    bare = PurePosixPath(name).name
    font = bare == only if only else bare.lower().endswith(ENDINGS)
    return bare if font or _LICENCE.fullmatch(bare) else None


def _fonts(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name.lower().endswith(ENDINGS)}


def _from_npm(package: Package, work: Path) -> Path:
    return npm.pack(package.origin, package.tarball, work)


def _from_apt(package: Package, work: Path) -> Path:
    """The content of a package as a .tar."""
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or dpkg is None:
        raise DataError("there is no apt-get here; take it from Debian 12")
    _run([apt, "download", package.origin], work)
    packed = list(work.glob("*.deb"))
    if len(packed) != 1:
        raise DataError("apt-get download: no file came")
    content = work / "content.tar"
    with content.open("wb") as file:
        unpacked = subprocess.run(
            [dpkg, "--fsys-tarfile", packed[0]], stdout=file, stderr=subprocess.DEVNULL, check=False
        )
    if unpacked.returncode:
        raise DataError(f"{packed[0].name} is damaged")
    return content


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=npm.SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"apt-get download: no answer in {npm.SECONDS} s") from None
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise DataError(f"apt-get download: {reason[0]}")
