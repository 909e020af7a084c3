"""What one run of a playbook did."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field

JSON = dict[str, t.Any]
#: Not for the report of a rehearsal: too much, or in it in another form.
_LEFT_OUT = ("changes", "handed", "state", "requested", "reports")


@dataclass
class Played:
    """What one run did. ``changed`` and ``failed`` count tasks, ``broken`` says which promise was not kept.

    ``handed`` are the reports that the role handed over by host, ``reports`` the paths of their pages; ``requested`` its
    requests and ``state`` the resources of the local Azure right after it.
    """

    name: str
    playbook: str
    check: bool
    expect: str
    changed: int = 0
    failed: int = 0
    requests: int = 0
    writes: int = 0
    seconds: float = 0.0
    longest_chain_seconds: float = 0.0
    log: str = ""
    broken: str = ""
    failure: str = ""
    changes: list[JSON] = field(default_factory=list, repr=False)
    handed: dict[str, JSON] = field(default_factory=dict, repr=False)
    reports: list[str] = field(default_factory=list, repr=False)
    requested: list[JSON] = field(default_factory=list, repr=False)
    state: list[JSON] = field(default_factory=list, repr=False)

    def as_dict(self) -> JSON:
        """Plain data for the report."""
        kept = {key: value for key, value in asdict(self).items() if key not in _LEFT_OUT}
        return {**kept, "result": self.result}

    @property
    def result(self) -> str:
        """What the role's report calls the run; of several hosts the worst. Empty when it handed none over."""
        found = {str(report.get("result") or "") for report in self.handed.values()}
        return next(
            (one for one in ("failed", "refused", "drifted", "waiting") if one in found), min(found, default="")
        )

    @property
    def refused(self) -> bool:
        """Whether a gate, or a check before any request, ended it without a write."""
        return bool(self.failed) and not self.writes and (self.result == "refused" or not self.requests)

    def gathered(self, part: str) -> list[JSON]:
        """A list of the role's reports, those of all hosts."""
        return [row for report in self.handed.values() for row in report.get(part) or []]
