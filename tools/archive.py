"""What the collection's archive holds: all that users need, nothing else, and as much as README says."""

from __future__ import annotations

import re
import tarfile
import typing as t
import zlib
from pathlib import Path

from .paths import ROOT, collection_files

#: What an archive has at its top; ``FILES.json`` and ``MANIFEST.json`` are ansible-galaxy's own.
MADE = {"FILES.json", "MANIFEST.json"}
TOP = {"CHANGELOG.rst", "LICENSE", "README.md", "requirements.txt", "docs", "meta", "playbooks", "plugins", "roles"}
#: Of these folders only this.
PARTS = {
    "changelogs": {"changelog.yaml"},
    "extensions": {"emulator", "local_appliance", "local_server", "rehearsal"},
}
#: Megabytes it may have at most. Who needs more says why in galaxy.yml's build_ignore, and here.
MOST = 1.0
#: README says about how much: that it is right as long as nobody would say another number.
_ROUNDED = 0.08
_SHARE = (0.26, 0.40)
_SAID = re.compile(r"The archive has (\d+\.\d) MB")


def belongs(name: str) -> bool:
    """Whether a file of the repository is one that users need."""
    top, _slash, rest = name.partition("/")
    return top in TOP or rest.split("/")[0] in PARTS.get(top, ())


def problems(archive: Path, files: t.Iterable[str], readme: str) -> list[str]:
    """What is wrong with an archive of ``files``, the names of the repository's files, for what ``readme`` says of it."""
    sizes = _sizes(archive)
    wanted, there = {name for name in files if belongs(name)}, set(sizes) - MADE
    found = [f"The archive lacks {name}" for name in sorted(wanted - there)]
    found += [
        f"The archive has {name}, which no user needs (build_ignore in galaxy.yml)" for name in sorted(there - wanted)
    ]
    return [*found, *_size_problems(archive.stat().st_size / 1e6, sizes, readme)]


def check(archive: Path) -> bool:
    """Whether the archive of this repository is as it should be; what is wrong is printed."""
    found = problems(archive, collection_files(), (ROOT / "README.md").read_text(encoding="utf-8"))
    for one in found:
        print(f"   {one}", flush=True)
    return not found


def _size_problems(megabytes: float, sizes: t.Mapping[str, int], readme: str) -> t.Iterator[str]:
    said = _SAID.search(readme)
    if not said:
        yield "README does not say how many MB the archive has"
    elif abs(megabytes - float(said[1])) > _ROUNDED:
        yield f"README says the archive has {said[1]} MB; it has {megabytes:.2f}"
    if megabytes > MOST:
        yield f"The archive has {megabytes:.2f} MB, and may have {MOST}"
    extensions = sum(size for name, size in sizes.items() if name.startswith("extensions/"))
    share = extensions / max(sum(sizes.values()), 1)
    if "(a third of it)" not in readme or not _SHARE[0] <= share <= _SHARE[1]:
        yield f"README says that the local Azure is a third of the archive; it is {share:.0%}"


def _sizes(archive: Path) -> dict[str, int]:
    """The files of an archive, with the bytes they take in it."""
    with tarfile.open(archive) as opened:
        files = [(one.name, opened.extractfile(one)) for one in opened.getmembers() if one.isfile()]
        return {name: len(zlib.compress(content.read())) for name, content in files if content}
