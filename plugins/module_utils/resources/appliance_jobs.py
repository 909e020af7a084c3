"""The appliances of Azure Migrate on their Windows hosts: what is asked there, what an installer is run with and what its end means.

The jobs are PowerShell files of the role ``migrate``; a test holds each against its row here. Facts about the installers are read
from the signed scripts AzureMigrateInstaller.ps1 (component version 26.0.0.1) and DRInstaller.ps1, and from
https://learn.microsoft.com/azure/migrate/migrate-appliance and
https://learn.microsoft.com/azure/site-recovery/replication-appliance-support-matrix.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InputError
from ..wire import JSON
from .server_jobs import Job

JOBS: dict[str, Job] = {
    "look": Job(
        answers={
            **dict.fromkeys(("computer", "os_caption", "os_build", "culture", "utc", "appliance_config"), str),
            **dict.fromkeys(("cores", "memory_gb", "largest_free_gb"), int),
            **dict.fromkeys(
                ("elevated", "is_server", "edge", "internet_explorer", "site_recovery_server", "fips"), bool
            ),
            "roles": list,
            "config": dict,
            "replication": dict,
            "manager_answers": bool,
            "web_service": bool,
            "auto_update": str,
        }
    ),
    "package": Job(
        parameters={"url": str, "path": str, "checksum": str, "folder": str},
        answers={"checksum": str, "matches": bool, "removed": bool, "signers": list, "unsigned": list, "script": str},
        changes=True,
    ),
    "install": Job(
        parameters={"script": str, "arguments": list, "answer_yes": bool, "seconds": int},
        answers={"exit_code": int, "log": str},
        changes=True,
    ),
    "auto_update": Job(parameters={"enabled": bool}, answers={"before": str, "after": str}, changes=True),
    "proxy": Job(parameters={"server": str, "bypass": list}, answers={"exit_code": int}, changes=True),
    "flush": Job(changes=True),
}

Kind = t.Literal["discovery", "replication"]


@dataclass(frozen=True)
class Needs:
    """What a host must have. Memory and room in GB, ``clock`` in seconds from ours."""

    script: str
    memory: int
    room: int
    cores: int = 8
    clock: int = 300


#: By what is installed: for discovery, by scenario.
NEEDS: dict[str, Needs] = {
    "VMware": Needs("AzureMigrateInstaller.ps1", 32, 80),
    "HyperV": Needs("AzureMigrateInstaller.ps1", 16, 80),
    "Physical": Needs("AzureMigrateInstaller.ps1", 16, 80),
    "replication": Needs("DRInstaller.ps1", 16, 600),
}
#: SHA-256 that the article of 2021 printed for the four installers it had, by what each was for. History: each release has another.
#: https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints
OLD_CHECKSUMS: dict[str, str] = {
    "17EFA01E3A7683F1CE2A08E3A9197A27D8BD2CC03C3AB5C6E00E4261A822BDB3": "Hyper-V",
    "01028F92C2095452F2DDCB89986CDC1F177AAC58E150A5B219A69CF1B7DA3BE0": "physical servers",
    "66D3217AEC1DE51D84EC608B22BDDA605EC9C4FBAB06FC69FEC985886627C224": "VMware",
    "42C1E8D5CF428E35E5B98E4E7465DD08439F0FD5C319340CE3E3ADC3DC1717A6": "VMware scale-out",
}


def of_old(checksum: str) -> str:
    """What the article of 2021 printed a SHA-256 for; empty for any other."""
    return OLD_CHECKSUMS.get(checksum.strip().upper(), "")


#: By exit code of AzureMigrateInstaller.ps1: what it means, and the cure.
DISCOVERY_CODES: dict[int, tuple[str, str]] = {
    0: ("it ended", "Success shows only in what is there afterwards: declining its last question ends with 0 too."),
    -1: ("it was aborted, or Preset.json is bad", "Remove a Preset.json beside the script and run again."),
    -2: (
        "what was there before could not be cleaned up",
        "Restart the host, then run again; it removes all agents first.",
    ),
    -3: (
        "a package (MSI) could not be installed",
        "Look at the MSI's own log beside the installer's; a restart may be due.",
    ),
    -4: ("a configuration file could not be written", "Free room on the system drive and check rights on ProgramData."),
    -5: ("IIS could not be set up", "Install the feature Web-Server by hand to see why, then run again."),
    -6: ("the registry could not be written", "Run as an administrator; look for a policy that closes HKLM."),
    -7: ("the operating system is too old", "Use Windows Server 2022."),
    -8: ("the operating system is no server", "Use Windows Server 2022."),
    -9: (
        "the web site or the trusted sites could not be set",
        "Look for a policy on trusted sites or something else on port 44368.",
    ),
    -11: ("PowerShell is too old, or the 32-bit one", "Use the 64-bit Windows PowerShell 5.1."),
    -12: ("the services WAS and W3SVC do not start", "Start them by hand to see why; a restart may be due."),
    -13: ("the trusted hosts of WinRM could not be set", "A policy sets them: run with skip_trusted_hosts."),
    -15: ("there is no registered appliance to upgrade", "Install instead of upgrading."),
    -16: ("the gateway service could not be installed", "Look at the installer's log; a restart may be due."),
    -20: ("the scenario is not one it knows", "Use VMware, HyperV or Physical."),
}
#: By exit code of DRInstaller.ps1.
REPLICATION_CODES: dict[int, tuple[str, str]] = {
    0: ("it ended", "Success shows only in what is there afterwards."),
    -1: ("it failed for another reason", "Look at its log."),
    -2: ("PowerShell is too old", "Use Windows PowerShell 5.1."),
    -3: ("it ran in the 32-bit PowerShell", "Use the 64-bit Windows PowerShell 5.1."),
    -4: ("the operating system is not supported", "Use Windows Server 2022; 2025 is blocked."),
    -5: ("the operating system is not supported", "Use Windows Server 2022; 2025 is blocked."),
    -6: ("the registry could not be written", "Run as an administrator; look for a policy that closes HKLM."),
    -7: ("IIS could not be set up", "The host must have no IIS before; use a clean one."),
    -8: ("URL Rewrite could not be installed", "Install it by hand to see why, then run again."),
    -10: (
        "a configuration file could not be written",
        "Free room on the system drive and check rights on ProgramData.",
    ),
    -11: ("a package (MSI) could not be installed", "Look at the MSI's own log; a restart may be due."),
    -12: ("a package (MSI) could not be installed", "Look at the MSI's own log; a restart may be due."),
    -13: ("a program of the package failed", "Look at its log; a restart may be due."),
    -14: ("the services of IIS do not start", "Start WAS and W3SVC by hand to see why."),
    -15: ("one of its scripts failed", "Look at its log."),
    -16: ("one of its scripts failed", "Look at its log."),
    -17: (
        "there is a discovery appliance on this host",
        "Use another host: one must never run AzureMigrateInstaller.ps1 first.",
    ),
    -18: ("files could not be copied", "Free room on the drive."),
    -19: ("Microsoft Edge is missing", "Install Microsoft Edge for all users first."),
    -20: ("no fixed NTFS drive has 600 GB free", "Give the host a second disk of 620 GB."),
}


def needs_of(kind: Kind, scenario: str) -> Needs:
    """What a host needs for an appliance. Raises :class:`InputError` for an unknown scenario."""
    key = "replication" if kind == "replication" else scenario
    if key not in NEEDS:
        raise InputError(f"scenario {scenario!r} is none of VMware, HyperV and Physical.")
    return NEEDS[key]


def installer_arguments(
    kind: Kind, scenario: str, cloud: str, *, private: bool, auto_update: bool, trusted_hosts: bool
) -> list[str]:
    """The arguments of the installer's script for an unattended run over private endpoints.

    Every switch that would ask when it is left out is bound. Raises :class:`InputError` for China, whose installer refuses private
    endpoints.
    """
    if kind == "replication":
        # Its one parameter is documented in the script and ignored there; private mode is the vault's and DNS's.
        return []
    clouds = {"AzureCloud": "Public", "AzureUSGovernment": "USGov"}
    if cloud == "AzureChinaCloud" and private:
        raise InputError(
            "AzureMigrateInstaller.ps1 refuses private endpoints in Azure operated by 21Vianet (China).",
            remedy="There only the public endpoint method can be used.",
        )
    if cloud not in clouds:
        raise InputError(f"AzureMigrateInstaller.ps1 is not known to run unattended for {cloud}.")
    arguments = ["-Scenario", scenario, "-Cloud", clouds[cloud], f"-PrivateEndpoint:${str(private).lower()}"]
    if scenario == "VMware":
        arguments.append("-EnableAzureLocalTarget:$false")
    if not auto_update:
        arguments.append("-DisableAutoUpdate")
    if not trusted_hosts:
        arguments.append("-SkipSettingTrustedHost")
    return arguments


def unfit(seen: JSON, needs: Needs, kind: Kind, ahead: float) -> list[str]:
    """Why a host cannot become the appliance, each with what to do; empty when it can. ``ahead``: seconds its clock is off ours."""
    found = []
    if not seen["is_server"] or "server 2022" not in seen["os_caption"].lower():
        found.append(f"it runs {seen['os_caption'] or 'an unknown system'}: use Windows Server 2022")
    if not seen["elevated"]:
        found.append("the account is no administrator there: use one that is")
    for key, least, words in (
        ("cores", needs.cores, "cores"),
        ("memory_gb", needs.memory, "GB of memory"),
        ("largest_free_gb", needs.room, "GB free on a drive"),
    ):
        if seen[key] < least:
            found.append(f"it has {seen[key]} {words}, {least} are needed")
    if abs(ahead) > needs.clock:
        found.append(f"its clock is {ahead:+.0f} s off: have it follow a time server (w32tm /resync)")
    if not seen["edge"]:
        found.append("Microsoft Edge is missing: install it for all users, or the installer asks")
    if seen["internet_explorer"] and kind == "discovery":
        found.append(
            "Internet Explorer is not disabled (Internet-Explorer-Optional-amd64): disable it, or the installer asks and restarts"
        )
    if seen["site_recovery_server"]:
        found.append("a Site Recovery configuration or process server is on it: use another host")
    if kind == "replication":
        bad = [role for role in seen["roles"] if role in ("Web-Server", "AD-Domain-Services", "Hyper-V")]
        if bad and not seen["replication"].get("installed"):
            found.append(f"it has the roles {', '.join(bad)}: use a host without them")
        if not seen["culture"].lower().startswith("en-"):
            found.append(f"its system locale is {seen['culture']}: an English one is needed")
        if seen["fips"]:
            found.append("FIPS mode is on: switch it off")
    return found


def present(seen: JSON, kind: Kind) -> bool:
    """Whether something of that kind is installed there: then the installer must not run, as it wipes what is there first."""
    if kind == "replication":
        return bool(seen["replication"].get("installed"))
    return bool(seen["appliance_config"])


def wrong_state(seen: JSON, kind: Kind, scenario: str, *, private: bool) -> list[str]:
    """Why what is there is not the appliance that was wanted; empty when it is. Only this proves that an installer did its work."""
    if kind == "replication":
        return [] if seen["replication"].get("installed") else ["the replication appliance is not installed"]
    config = seen["config"]
    if not seen["appliance_config"]:
        return ["appliance.json is not there"]
    fabric = str(config.get("FabricType") or "")
    wanted = ("VMwareV2", "VMware") if scenario == "VMware" else (scenario,)
    found = [] if fabric in wanted else [f"it was set up for {fabric or 'nothing'}, not for {scenario}"]
    if str(config.get("PrivateEndpointEnabled")).lower() != str(private).lower():
        found.append(f"PrivateEndpointEnabled is {config.get('PrivateEndpointEnabled')}")
    if not seen["web_service"]:
        found.append("the service W3SVC does not run")
    if not seen["manager_answers"]:
        found.append("port 44368 of its configuration manager does not answer")
    return found


def meaning(kind: Kind, code: int) -> tuple[str, str]:
    """What an exit code means, and the cure."""
    known = (REPLICATION_CODES if kind == "replication" else DISCOVERY_CODES).get(code)
    return known or (f"it ended with {code}, which is not a code it is known to have", "Look at its log.")
