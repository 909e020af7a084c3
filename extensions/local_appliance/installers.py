"""Stand-ins for AzureMigrateInstaller.ps1 and DRInstaller.ps1: their parameters, their questions, their exit codes.

Source: the signed scripts (AzureMigrateInstaller header 10.3.0.0, component version 26.0.0.1; DRInstaller of 2026). Like the real ones
they remove what was there before, end with 0 when the last question is declined, and wait for an answer where a switch is not bound.
"""

from __future__ import annotations

import re
import typing as t

JSON = dict[str, t.Any]
SCENARIOS = ("VMware", "HyperV", "Physical", "AzureStackHCI", "AzureLocalTarget")
CLOUDS = ("Public", "USGov")
SWITCHES = (
    *("PrivateEndpoint", "ScaleOut", "EnableAzureStackHCITarget", "EnableAzureLocalTarget", "Repurpose"),
    *("SkipSettingTrustedHost", "DisableAutoUpdate"),
)


class Asked(Exception):
    """The script waits for an answer that nobody gives: it would stand until it is stopped."""


def parameters(arguments: t.Sequence[str]) -> JSON:
    """The parameters as PowerShell binds them. Raises ``ValueError`` for what it does not know."""
    found: JSON = {}
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        switch = re.fullmatch(r"-(\w+)(?::\$(true|false))?", word)
        if switch and switch[1] in SWITCHES:
            found[switch[1]] = switch[2] != "false"
        elif switch and switch[1] in ("Scenario", "Cloud") and not switch[2] and waiting:
            found[switch[1]] = waiting.pop(0)
        else:
            raise ValueError(word)
    return found


def run_discovery(arguments: t.Sequence[str], answers: t.Sequence[str], state: JSON) -> int:
    """AzureMigrateInstaller.ps1 on a host with this state; the state is what it leaves. The exit code."""
    reported = list(answers)

    def ask() -> str:
        if not reported:
            raise Asked
        return reported.pop(0)

    try:
        given = parameters(arguments)
    except ValueError:
        return 1
    if given.get("Scenario") not in SCENARIOS:
        if "Scenario" in given:
            return -20
        ask()
    if "Cloud" not in given:
        ask()
    elif given["Cloud"] not in CLOUDS:
        return 1
    if "PrivateEndpoint" not in given:
        ask()
    if given.get("Scenario") == "VMware" and not given.keys() & {
        "ScaleOut",
        "EnableAzureStackHCITarget",
        "EnableAzureLocalTarget",
    }:
        ask()
    if ask().strip().lower() != "y":
        return 0
    state.update(config={}, appliance_config="", manager_answers=False, auto_update="")
    if state["installer_exit_code"]:
        return int(state["installer_exit_code"])
    if not state["edge"]:
        ask()
    if state["internet_explorer"]:
        ask()
    if state["installer_does_nothing"]:
        return 0
    fabric = "VMwareV2" if given["Scenario"] == "VMware" else given["Scenario"]
    state.update(
        appliance_config="C:\\ProgramData\\Microsoft Azure\\Config\\appliance.json",
        config={
            "Cloud": given["Cloud"],
            "FabricType": fabric,
            "PrivateEndpointEnabled": str(given["PrivateEndpoint"]),
            "IsApplianceRegistered": "False",
        },
        manager_answers=True,
        web_service=True,
        auto_update="0" if given.get("DisableAutoUpdate") else "1",
        trusted_hosts="" if given.get("SkipSettingTrustedHost") else "*",
    )
    return 0


def run_replication(arguments: t.Sequence[str], _answers: t.Sequence[str], state: JSON) -> int:
    """DRInstaller.ps1: it asks nothing."""
    if [word for word in arguments if word != "-SkipSettingTrustedHost"]:
        return 1
    if state["installer_exit_code"]:
        return int(state["installer_exit_code"])
    if state["appliance_config"]:
        return -17
    if "Server 2022" not in state["os_caption"]:
        return -4
    if not state["edge"]:
        return -19
    if state["largest_free_gb"] < 600:
        return -20
    if not state["installer_does_nothing"]:
        state.update(replication={"installed": True, "registered": False}, trusted_hosts="*", web_service=True)
    return 0


INSTALLERS = {"AzureMigrateInstaller.ps1": run_discovery, "DRInstaller.ps1": run_replication}
