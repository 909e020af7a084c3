"""May a DPM or MABS server register with a vault, and what has to be done on it? Decided before anything is changed.

Nothing is asked here: what the servers answered and what Azure shows is handed in. Sources: Microsoft Learn "Configure
private endpoint for DPM/MABS server in Azure Backup" (considerations, order), "Create and use private endpoints (v2
experience) for Azure Backup" (least versions), "Troubleshoot the Microsoft Azure Recovery Services agent" (100110).
"""

from __future__ import annotations

import typing as t

from .gate import Gate, ok, refused, warning
from .server_facts import Server, Terms, older, spellings

#: ``install`` means MABS first, then the registration.
Action = t.Literal["none", "register", "reregister", "install"]

LEAST_PASSPHRASE = 16
STRICT = ("AllSigned", "Restricted")


def judge(server: Server, terms: Terms) -> tuple[list[Gate], Action]:
    """The gates of one server and what is to be done with its registration."""
    if server.silent:
        return silent(server), "none"
    action, registration = decide(server, terms)
    if action == "register" and installs(server, terms):
        action = "install"
    gates = [
        *versions(server, terms),
        agent(server, terms, action),
        clock(server, terms),
        *reached(server, terms),
        registration,
    ]
    if int(server.said("registration").get("leftovers") or 0):
        gates.append(
            warning(
                "server_leftovers",
                server.name,
                f"{server.name} has a credential file that a killed run left; it is shredded.",
            )
        )
    return gates, action


def silent(server: Server) -> list[Gate]:
    """The gate of a server that did not answer."""
    reported = [f"{job}: {text}" if job else text for job, text in server.silent.items()]
    remedy = "Correct its connection, or what it says, and run again."
    return [refused("server_reached", server.name, f"{server.name} did not answer: {' '.join(reported)}", remedy)]


def versions(server: Server, terms: Terms) -> list[Gate]:
    """Product, version and PowerShell of a server."""
    said = server.said("versions")
    product, version = str(said.get("product") or ""), str(said.get("product_version") or "")
    least = terms.least_versions.get(product, "")
    gates = []
    if installs(server, terms):
        gates.append(_setup(server, terms))
    elif not product:
        gates.append(
            refused(
                "server_version",
                server.name,
                f"{server.name} has neither DPM nor MABS.",
                "Install one first, or have dpm_mabs_register install MABS: dpm_mabs_install.",
            )
        )
    elif not least or older(version, least):
        gates.append(
            refused(
                "server_version",
                server.name,
                f"{server.name} has {product} {version}; with private endpoints {least or 'another product'} or newer is needed.",
                "Update it first: https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage.",
            )
        )
    else:
        gates.append(ok("server_version", server.name, f"{server.name} has {product} {version}."))
    mode = str(said.get("language_mode") or "")
    if mode != "FullLanguage":
        gates.append(
            refused(
                "server_powershell",
                server.name,
                f"PowerShell runs in {mode or 'an unknown language mode'} on {server.name}.",
                "Have the owner of its application control allow the jobs of the role dpm_mabs, or use an account that may.",
            )
        )
    policies = said.get("execution_policies") or {}
    strict = [
        f"{scope} {policies[scope]}" for scope in ("MachinePolicy", "UserPolicy") if policies.get(scope) in STRICT
    ]
    if strict:
        gates.append(
            warning(
                "server_powershell",
                server.name,
                f"A policy of {server.name} allows signed scripts only ({', '.join(strict)}): Microsoft's modules must be trusted there.",
                "If they are not, a job says so and stops before it changes anything.",
            )
        )
    return gates


def installs(server: Server, terms: Terms) -> bool:
    """Whether MABS is to be installed on a server: it has no product, and the operator named a Setup."""
    return bool(terms.setup) and terms.mode == "register" and not server.said("versions").get("product")


def _setup(server: Server, terms: Terms) -> Gate:
    """Only MABS V4 installs unattended: Microsoft Learn, "Unattended installation of Azure Backup Server"."""
    what = f"{server.name} has neither DPM nor MABS"
    if terms.answers is None:
        return refused(
            "server_version",
            server.name,
            f"{what}, and there is no answer file to install MABS with.",
            "Give its text in dpm_mabs_install_answer_file, from a vaulted variable.",
        )
    if terms.answers.get("VaultCredentialFilePath") and terms.answers.get("SecurityPassphrase") != terms.passphrase:
        return refused(
            "server_version",
            server.name,
            f"{what}, and the answer file would have Setup register it with another passphrase than dpm_mabs_passphrase.",
            "Give both the same one, SecurityPassphrase in the answer file.",
        )
    return ok("server_version", server.name, f"{what}; MABS is installed from {terms.setup}.")


def agent(server: Server, terms: Terms, action: Action) -> Gate:
    """The MARS agent of a server: new enough, or an installer is at hand."""
    version = str(server.said("versions").get("agent_version") or "")
    if version and not older(version, terms.least_agent):
        return ok("server_agent", server.name, f"{server.name} has the MARS agent {version}.")
    if installs(server, terms):
        return _agent_of_setup(server, terms)
    found = f"the MARS agent {version}" if version else "no MARS agent"
    wanted = f"{server.name} has {found}; {terms.least_agent or 'one'} or newer is needed"
    if terms.installer and terms.mode != "verify":
        return ok("server_agent", server.name, f"{wanted} and is installed from {terms.installer}.")
    return refused(
        "server_agent",
        server.name,
        f"{wanted}.",
        "Copy MARSAgentInstaller.exe (https://aka.ms/azurebackup_agent) to the server and name its path in "
        "dpm_mabs_agent_installer.",
    )


def _agent_of_setup(server: Server, terms: Terms) -> Gate:
    brought = f"{server.name} gets the MARS agent from the Setup of MABS"
    if not terms.least_agent:
        return ok("server_agent", server.name, f"{brought}.")
    if terms.installer:
        return ok(
            "server_agent",
            server.name,
            f"{brought}; when it is older than {terms.least_agent}, it is updated from {terms.installer}.",
        )
    return refused(
        "server_agent",
        server.name,
        f"{brought}, whose version is not known before, and {terms.least_agent} or newer is needed.",
        "Copy MARSAgentInstaller.exe (https://aka.ms/azurebackup_agent) to the server and name its path in "
        "dpm_mabs_agent_installer, or leave dpm_mabs_agent_version empty.",
    )


def clock(server: Server, terms: Terms) -> Gate:
    """A clock that is off keeps every sign-in from being believed."""
    said = server.said("clock")
    ahead = float(said.get("ahead_seconds") or 0)
    doubt = float(said.get("uncertainty_seconds") or 0)
    reported = (
        f"The clock of {server.name} is {abs(ahead):.0f} s {'ahead of' if ahead >= 0 else 'behind'} the controller's"
    )
    if "ahead_seconds" not in said:
        return Gate("server_clock", "unknown", server.name, f"{server.name} did not report its time.", "Run again.")
    if abs(ahead) - doubt > terms.skew:
        return refused(
            "server_clock",
            server.name,
            f"{reported}; at most {terms.skew:.0f} s is allowed.",
            "Set the clock that is wrong (on the server: w32tm /resync), and run again.",
        )
    return ok("server_clock", server.name, f"{reported}.")


def reached(server: Server, terms: Terms) -> list[Gate]:
    """Every private name leads to its own address and answers; Microsoft Entra, which has no private endpoint, answers."""
    rows = {str(row.get("name")): row for row in server.said("connectivity").get("names") or []}
    wrong, private = [], list(terms.names)
    for name, addresses in terms.names.items():
        row = rows.get(name)
        found = [str(address) for address in (row or {}).get("addresses") or []]
        # Through a proxy it is the proxy that resolves.
        if row is None:
            wrong.append(f"{name} was not asked")
        elif row.get("via") != "proxy" and set(found) != set(addresses):
            wrong.append(f"{name} leads to {', '.join(found) or 'nothing'}, not to {', '.join(addresses)}")
        elif not row.get("reached"):
            wrong.append(f"{name}: {row.get('error') or 'port 443 did not answer'}")
    gates = [
        _reach(
            "server_names",
            server.name,
            f"all {len(private)} private names",
            wrong,
            "Correct the DNS its servers ask, its hosts file, the private route, or its proxy's bypass list.",
        )
    ]
    silent = [
        f"{name}: {(rows.get(name) or {}).get('error') or 'it was not asked'}"
        for name in terms.public_names
        if not (rows.get(name) or {}).get("reached")
    ]
    gates.append(
        _reach(
            "server_entra",
            server.name,
            "Microsoft Entra",
            silent,
            "Allow outbound TCP 443 to the names of sections 56 and 59 of "
            "https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges.",
        )
    )
    return gates


def _reach(name: str, server: str, what: str, wrong: list[str], remedy: str) -> Gate:
    if not wrong:
        return ok(name, server, f"{server} reaches {what}.")
    return refused(name, server, f"{server} does not reach {what}: {'; '.join(wrong[:5])}.", remedy, wrong)


def decide(server: Server, terms: Terms) -> tuple[Action, Gate]:
    """What to do with a server's registration. A server that is registered somewhere else is never touched."""
    said = server.said("registration")
    number, name = str(said.get("vault_number") or ""), server.name
    vault = terms.vault_id.rsplit("/", 1)[-1]
    if not said:
        return "none", Gate("server_registration", "unknown", name, f"{name} did not say whether it is registered.")
    if not number:
        if terms.mode == "verify":
            return "none", refused("server_registration", name, f"{name} is not registered.", "Run dpm_mabs_register.")
        return "register", ok("server_registration", name, f"{name} is not registered yet.")
    here = number == terms.number if terms.number else bool(terms.listed & spellings(server))
    if not here:
        known = f"the number of {vault} is {terms.number}" if terms.number else f"{vault} lists no server of that name"
        return "none", refused(
            "server_registration",
            name,
            f"{name} is registered to the vault with number {number}; {known}.",
            "A server belongs to one vault: unregister it there first, or name that vault. Its recovery points stay there.",
        )
    if said.get("unfinished"):
        if terms.mode == "verify":
            return "none", refused(
                "server_registration", name, f"The registration of {name} is unfinished.", "Run it again."
            )
        return "reregister", warning(
            "server_registration", name, f"The registration of {name} was interrupted and is finished."
        )
    since = str(said.get("registered_over") or "")
    same = since == terms.over
    if terms.mode == "reregister" and not same:
        return "reregister", ok(
            "server_registration", name, f"{name} is registered to {vault}, over another way than today's."
        )
    if since and not same:
        return "none", warning(
            "server_registration",
            name,
            f"{name} is registered to {vault}, but over endpoints that are no more.",
            "Run dpm_mabs_reregister: after private endpoints are removed or made anew, servers have to register again.",
        )
    return "none", ok("server_registration", name, f"{name} is registered to {vault}.")


def passphrase(given: str, copy: str | None, mode: str, *, needed: bool) -> Gate:
    """The passphrase, before anybody needs it. ``copy`` is what was saved at the first registration, None without one."""
    name, subject = "passphrase", "passphrase"
    if not needed:
        return ok(name, subject, "No server needs the passphrase.")
    if not given:
        return refused(
            name, subject, "There is no passphrase.", "Give it in dpm_mabs_passphrase, from a vaulted variable."
        )
    if len(given) < LEAST_PASSPHRASE:
        return refused(
            name,
            subject,
            f"The passphrase has fewer than {LEAST_PASSPHRASE} characters.",
            "The agent refuses a shorter one.",
        )
    if copy is not None and copy != given:
        return refused(
            name,
            subject,
            "The passphrase is not the one that was saved when the servers were registered first.",
            "Use the saved one: with another, recovery points that are there could not be read any more.",
        )
    if copy is None and mode == "reregister":
        return warning(
            name,
            subject,
            "Whether it is the passphrase of the first registration cannot be known: no copy of it was named.",
            "Look it up before you go on: with another one, recovery points that are there could not be read any more.",
        )
    return ok(
        name, subject, "The passphrase is the saved one." if copy is not None else "The passphrase is long enough."
    )
