"""How fast emulated time runs, whether operations take any of it, and how far away Azure is.

How long each operation takes is declared by its service's part.
"""

from __future__ import annotations

import re
import typing as t

_NUMBER = r"\d+(?:\.\d+)?"
_FORM = re.compile(rf"(?:instant|(?P<realistic>realistic)(?:x(?P<speed>{_NUMBER}))?)")
_DISTANCE = re.compile(rf"distance(?::(?P<request>{_NUMBER}),(?P<connection>{_NUMBER}))?")


class Distance(t.NamedTuple):
    """Real seconds: each answer comes later by ``request``, each new connection is taken up later by ``connection``."""

    request: float = 0.0
    connection: float = 0.0


#: None at all.
NEARBY = Distance()
#: From a site with a good line to a region of its continent: a management request takes some 150 ms, a TLS handshake 60 more.
#: Measure yours with ``curl -w '%{time_appconnect} %{time_total}'`` and say it as ``distance:REQUEST,CONNECTION``.
AZURE = Distance(0.15, 0.06)


class Latency(t.NamedTuple):
    """Whether operations take as long as in Azure (otherwise none takes any time), the speed of emulated time, and the distance."""

    realistic: bool
    speed: float = 1.0
    distance: Distance = NEARBY


def parse(text: str) -> Latency:
    """Read ``instant``, ``realistic`` or ``realisticx20`` (20 emulated seconds in a real one), ``distance`` or
    ``distance:0.15,0.06``, or one of the former and one of the latter with a ``+`` between them.

    Raises ``ValueError`` for anything else.
    """
    first, plus, second = text.partition("+")
    alone = _DISTANCE.fullmatch(text)
    time, far = ("instant", alone) if alone else (first, _DISTANCE.fullmatch(second))
    match = _FORM.fullmatch(time)
    speed = float(match["speed"] or 1) if match else 0.0
    if match is None or speed <= 0 or (plus and far is None):
        raise ValueError(
            "latency must be 'instant', 'realistic', 'realisticxSPEED', 'distance', 'distance:REQUEST,CONNECTION' (seconds), "
            f"or such as 'realistic+distance', not {text!r}"
        )
    distance = NEARBY
    if far is not None:
        distance = Distance(float(far["request"]), float(far["connection"])) if far["request"] else AZURE
    return Latency(match["realistic"] is not None, speed, distance)
