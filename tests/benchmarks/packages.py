"""Packages and disk a requirements file adds to ansible-core. Run as a script by the Python that has them installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
import typing as t
from pathlib import Path


def main() -> None:
    """``packages.py REQUIREMENTS``: print name, packages and bytes as JSON."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    base = closure(["ansible-core"])
    added = closure([line for line in lines if line.strip() and not line.startswith("#")]) - base
    files = {path for name in added for path in installed_files(name)}
    size = sum(path.stat().st_blocks * 512 for path in files)
    version = importlib.metadata.version("ansible-core")
    print(json.dumps({"ansible_core": version, "packages": sorted(added), "bytes": size}))


def closure(requirements: t.Iterable[str]) -> set[str]:
    """Canonical names of all packages the requirements lead to in this environment."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    waiting = [(Requirement(text), "") for text in requirements]
    found: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in found:
                found.add((name, wanted))
                needed = importlib.metadata.requires(name) or []
                waiting += [(Requirement(text), wanted) for text in needed]
    return {name for name, _size in found}


def installed_files(name: str) -> t.Iterator[Path]:
    """The files of a package with their compiled twins."""
    distribution = importlib.metadata.distribution(name)
    for file in distribution.files or []:
        path = Path(str(distribution.locate_file(file)))
        if path.is_file():
            yield path
            if path.suffix == ".py":
                compiled = Path(importlib.util.cache_from_source(str(path)))
                if compiled.is_file():
                    yield compiled


if __name__ == "__main__":
    main()
