"""Every step of the role dns_servers, and the story of ``dns_servers.py`` that fails when the step is not there."""

from __future__ import annotations

#: By task file: the tasks, and the story that misses them.
SEEN_BY: dict[str, dict[str, str]] = {
    "dns_servers/tasks/configure.yml": {
        "Change the server's configuration, and have it loaded": "configured",
        "Change records by updates": "updated",
        "Change a Windows server": "on_windows",
        "Empty the caches of the consumers": "configured",
    },
    "dns_servers/tasks/drift.yml": {"Plan": "configured", "Change": "configured", "Prove": "configured"},
    "dns_servers/tasks/flush.yml": {
        "Empty the cache of a Windows consumer": "configured",
        "Empty the cache of a consumer": "configured",
    },
    "dns_servers/tasks/main.yml": {
        "Plan": "updated",
        "Change": "updated",
        "Have other networks follow": "followed",
        "Prove": "updated",
    },
    "dns_servers/tasks/plan.yml": {
        "Refuse views of a server that has none": "refused",
        "Refuse what dynamic updates cannot do": "refused",
        "Make or read the resolver": "followed",
        "Find out what this server has to forward or answer": "verified",
    },
    "dns_servers/tasks/preflight.yml": {
        "Plan": "on_windows",
        "Look what would change, and whether it could": "on_windows",
    },
    "dns_servers/tasks/prove.yml": {
        "Ask the server for every name": "verified",
        "Ask the server for every name from another host": "verified",
        "Ask each view for its names": "viewed",
        "Resolve every name on the server's own host": "configured",
        "Resolve every name on the consumers": "configured",
        "Say which consumers were not asked": "configured",
    },
    "dns_servers/tasks/prove_view.yml": {
        "Ask the server for every name of a view": "viewed",
        "Say that nobody asked a view": "viewed",
    },
    "dns_servers/tasks/resolver.yml": {
        "Make the resolver that the servers forward to": "followed",
        "Say that the resolver's address is not known before it is made": "followed",
    },
    "dns_servers/tasks/ruleset.yml": {
        "Have networks that are not linked to the zones follow the resolver": "followed",
    },
    "dns_servers/tasks/teardown.yml": {
        "Take out what this role put in, and have the server load what is left": "configured",
        "Take the records out by updates": "updated",
        "Take it out of a Windows server": "on_windows",
    },
    "dns_servers/tasks/updates.yml": {"Find out which records have to change": "updated", "Write them": "updated"},
    "dns_servers/tasks/updates_write.yml": {"Send each update": "updated"},
    "dns_servers/tasks/verify.yml": {"Plan": "verified", "Prove": "verified"},
    "dns_servers/tasks/windows.yml": {
        "Change a Windows server or hosts file": "on_windows",
        "Say what changes on the Windows server": "on_windows",
    },
}
