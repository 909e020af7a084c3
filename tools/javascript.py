"""Microsoft's JavaScript packages, as ``tests/conformance/javascript`` locks them, installed where Node is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

from .paths import CACHE, ROOT

LANE = "tests/conformance/javascript"
_FOLDER = CACHE / "javascript"
_LISTS = ("package.json", "package-lock.json")
#: Debian 12 has 18.
_OLDEST = 18
_MISSING = (
    f"   Node {_OLDEST} or newer and npm are not here: Microsoft's JavaScript SDKs are not checked "
    "(Debian: apt-get install nodejs npm)"
)


def installed() -> bool:
    """Whether the checks can run: install the packages if they are not there yet. Says so where Node is missing.

    Raises ``RuntimeError`` with npm's words when it is there and they cannot be installed.
    """
    npm = shutil.which("npm")
    if npm is None or (_version() or 0) < _OLDEST:
        print(_MISSING, flush=True)
        return False
    sources = {name: (ROOT / LANE / name).read_bytes() for name in _LISTS}
    stamp, mark = _FOLDER / "installed", hashlib.sha256(b"".join(sources.values())).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return True
    print(f"   installing {LANE}/package-lock.json into {_FOLDER.relative_to(ROOT)}", flush=True)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in sources.items():
        (_FOLDER / name).write_bytes(content)
    # The SDKs say that they want Node 22; what they use of it, 18 has.
    command = (npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false", "--loglevel=error")
    ended = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if ended.returncode:
        raise RuntimeError(f"npm could not install {LANE}: {(ended.stderr or ended.stdout).strip()[-1000:]}")
    stamp.write_text(mark, encoding="utf-8")
    return True


def _version() -> int | None:
    node = shutil.which("node")
    if node is None:
        return None
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = shown.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else None
