"""What DPM and MABS servers protect: which backups are due, and whether a renewed registration has kept what was there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..wire import JSON
from .gate import Gate, ok, refused, warning
from .server_facts import Server


@dataclass(frozen=True)
class Due:
    """What one server has to do. ``since`` is its own time when the run began, ``moment`` the least time of a recovery
    point that counts as the proof of a backup (``0``: any)."""

    server: str
    since: str
    moment: str
    disk: tuple[str, ...]
    online: tuple[str, ...]

    def as_dict(self) -> JSON:
        """Plain data for the result."""
        return {
            "server": self.server,
            "since": self.since,
            "moment": self.moment,
            "disk": list(self.disk),
            "online": list(self.online),
        }


def sources(server: Server) -> list[JSON]:
    """The data sources a server reported."""
    return list(server.said("protection").get("data_sources") or [])


def began(server: Server) -> str:
    """A server's own time when the run asked for it, to the second; empty when it did not say."""
    return str(server.said("clock").get("utc") or "")[:19]


def due(server: Server, *, renewed: bool, start: bool) -> Due:
    """The backups a server has to make: online what has no online recovery point, everything after a renewed registration.

    A data source whose replica is not complete cannot be backed up. Without ``start`` the schedule makes the online backups,
    and any recovery point is waited for.
    """
    ready = [source for source in sources(server) if source.get("replica_ready")]
    online = [source for source in ready if source.get("online") and (renewed or not source.get("online_points"))]
    since = began(server)
    return Due(
        server.name,
        f"{since}Z" if since else "",
        since if renewed and start else "0",
        tuple(str(source["id"]) for source in ready) if renewed else (),
        tuple(str(source["id"]) for source in online) if start else (),
    )


def judge(server: Server, before: t.Sequence[JSON]) -> list[Gate]:
    """What became of a server's data sources. ``before`` are those it had before its registration was renewed."""
    gates, name = [], server.name
    jobs = [job for job in server.said("protection").get("jobs") or [] if job.get("status") == "Failed"]
    if jobs:
        reported = "; ".join(dict.fromkeys(str(job.get("error") or job.get("type")) for job in jobs))
        gates.append(
            refused(
                "server_backup",
                name,
                f"{name}: {len(jobs)} job(s) failed: {reported}.",
                "The registration stays. Look at Monitoring > Jobs in the console of DPM or MABS, mend it and run again.",
            )
        )
    shown = {str(source["id"]) for source in sources(server) if source.get("online_points")}
    hidden = [str(source["id"]) for source in before if source.get("online_points") and str(source["id"]) not in shown]
    if hidden:
        gates.append(
            refused(
                "server_recovery_points",
                name,
                f"{name}: {', '.join(hidden)} had online recovery points before the registration was renewed and show none now.",
                "Go no further: most likely the passphrase is not the one of the first registration. Run again with that one.",
            )
        )
    bare = [str(source["id"]) for source in sources(server) if source.get("online") and str(source["id"]) not in shown]
    if bare and not hidden:
        gates.append(
            warning(
                "server_recovery_points",
                name,
                f"{name}: {', '.join(bare)} have no online recovery point yet.",
                "Run again later.",
            )
        )
    if not gates:
        gates.append(
            ok("server_recovery_points", name, f"{name}: {len(shown)} data source(s) have online recovery points.")
        )
    return gates
