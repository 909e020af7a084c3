"""How fast emulated time runs, and whether operations take any of it. How long each takes is declared by its service's part."""

from __future__ import annotations

import re
import typing as t


class Latency(t.NamedTuple):
    """Whether operations take as long as in Azure (otherwise none takes any time), and the speed of emulated time."""

    realistic: bool
    speed: float


def parse(text: str) -> Latency:
    """Read ``instant``, ``realistic`` or ``realisticx20`` (20 emulated seconds in a real one).

    Raises ``ValueError`` for anything else.
    """
    if text == "instant":
        return Latency(False, 1.0)
    match = re.fullmatch(r"realistic(?:x(\d+(?:\.\d+)?))?", text)
    speed = float(match.group(1) or 1) if match else 0.0
    if speed <= 0:
        raise ValueError(f"latency must be 'instant', 'realistic' or 'realisticxSPEED', not {text!r}")
    return Latency(True, speed)
