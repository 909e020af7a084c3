"""The documentation says what there is: names, options, settings, messages, links, and examples that run."""

from __future__ import annotations

import ast
import functools
import importlib
import os
import re
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.privatelink.recovery.extensions.emulator.build import SETTINGS, build_arm, complete
from ansible_collections.privatelink.recovery.extensions.emulator.build import WORLD as WORLD_KEYS
from ansible_collections.privatelink.recovery.extensions.emulator.world_schema import Keys, Many
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.credentials import ENVIRONMENT
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.connection_options import CONNECTION
from ansible_collections.privatelink.recovery.plugins.module_utils.report.notes import CHECKLISTS as PREREQUISITES
from ansible_collections.privatelink.recovery.plugins.module_utils.report.notes import NOTES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.checklists import CHECKLISTS
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates.access import FOUNDATION
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.sequence import GateRow

from .conftest import NETWORK, SUBSCRIPTION
from .playbooks_support import PREFIX, AzureProcess, Playbooks, defaults, local_play

JSON = dict[str, t.Any]
ROOT = Path(__file__).parents[2]


def files(*endings: str) -> list[Path]:
    """Files of the repository, without what its tools made."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        # Not even looked into: environments are large, and other steps are at work in them.
        folders[:] = [
            name for name in folders if not name.startswith(".") and name not in ("build", "collections", "output")
        ]
        found += [Path(folder, name) for name in names if not name.startswith(".") and name.endswith(endings)]
    return sorted(found)


PAGES = files(".md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
RECOVERY_GUIDE = (ROOT / "docs" / "site_recovery.md").read_text(encoding="utf-8")
DPM_GUIDE = (ROOT / "docs" / "dpm_mabs.md").read_text(encoding="utf-8")
MIGRATE_GUIDE = (ROOT / "docs" / "migrate.md").read_text(encoding="utf-8")
WORLD_PAGE, SETTINGS_PAGE, EVENTS = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("world", "settings", "events")
)
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
#: Those that operators call; the steps they share are judged by the modules they call.
CALLED = [role for role in ROLES if role != "common"]
HOSTS = {
    "access.redhat.com",
    "learn.microsoft.com",
    "azure.microsoft.com",
    "github.com",
    "docs.ansible.com",
    "management.corp.example",
}
page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def named(text: str) -> set[str]:
    """What a text names in code spans."""
    return set(re.findall(r"`([^`\n]+)`", text))


def blocks(text: str) -> list[str]:
    """The YAML examples of a page."""
    return re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def example(text: str, mark: str) -> t.Any:
    """The YAML example after a comment that begins with a word."""
    found = re.search(rf"<!-- {mark}.*?-->\n```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, mark
    return yaml.safe_load(found[1])


def anchors(path: Path) -> set[str]:
    """The places of a page that a link can name, as GitHub makes them from its headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def options_of(specification: JSON, found: set[str] | None = None) -> set[str]:
    """Every option of a role's entry point, those inside others included."""
    names: set[str] = set() if found is None else found
    for name, option in (specification.get("options") or {}).items():
        names.add(name)
        options_of(option, names)
    return names


def test_the_readme_names_what_there_is() -> None:
    books = {PREFIX + path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    linked = set(re.findall(r"\[(\w+)\]\(roles/\w+/README\.md\)", README))
    assert linked == set(ROLES)
    assert {name for name in named(README) if name.startswith(PREFIX)} == books
    table = README.split("| Module | |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) != []
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == MODULES


@pytest.mark.parametrize("role", CALLED)
def test_every_option_of_a_role_is_documented(role: str) -> None:
    specifications = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    reported = named(
        GUIDE + RECOVERY_GUIDE + DPM_GUIDE + (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    )
    entry_points = specifications["argument_specs"]
    wanted = {name for entry in entry_points.values() for name in options_of(entry)}
    assert sorted(wanted - reported) == []
    missing = set(entry_points) - named((ROOT / "roles" / role / "README.md").read_text(encoding="utf-8"))
    assert missing == set()


@pytest.mark.parametrize("role", CALLED)
def test_no_variable_is_documented_that_a_role_does_not_have(role: str) -> None:
    specifications = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    known = {name for entry in specifications["argument_specs"].values() for name in options_of(entry)}
    for_operators = [
        path
        for path in PAGES
        if path.name
        in ("backup.md", "site_recovery.md", "dpm_mabs.md", "troubleshooting.md", "connection.md", "README.md")
    ]
    spans = named("".join(path.read_text(encoding="utf-8") for path in for_operators))
    mentioned = {name for span in spans for name in re.findall(rf"^({role}_[a-z_]+)(?::.*)?$", span)}
    assert mentioned
    # A module may begin with the name of a role, as those of Azure Migrate do.
    assert mentioned - known - set(MODULES) == set()


@pytest.mark.parametrize(
    ("sequence", "guide", "gates"),
    [
        ("backup", GUIDE, SEQUENCES["backup"].gates),
        ("site_recovery", RECOVERY_GUIDE, SEQUENCES["site_recovery"].gates),
        ("dpm_mabs", DPM_GUIDE, SEQUENCES["dpm_mabs"].gates),
        ("migrate", MIGRATE_GUIDE, SEQUENCES["migrate"].gates),
    ],
)
def test_every_gate_and_checklist_row_is_in_the_guide(sequence: str, guide: str, gates: tuple[GateRow, ...]) -> None:
    rows = set(re.findall(r"^\| `(\w+)`", guide.split("## The gates\n")[1].split("\n## ")[0], re.MULTILINE))
    assert rows == {row.name for row in (*FOUNDATION, *gates)} | {"network_policies"}
    duties = {row.id for name in CHECKLISTS if name.startswith(sequence) for row in CHECKLISTS[name]}
    assert duties
    assert duties - named(guide) == set()


def test_every_checklist_belongs_to_a_guide() -> None:
    assert [
        name for name in CHECKLISTS if not name.startswith(("backup", "site_recovery", "dpm_mabs", "migrate"))
    ] == []


@pytest.mark.parametrize("scenario", NOTES)
def test_what_a_report_says_beside_the_steps_is_in_the_guide(scenario: str) -> None:
    """Prices, firewall tags, the order of storage roles and Microsoft's checklist: the report's own rows, no other."""
    guide = (ROOT / "docs" / f"{scenario}.md").read_text(encoding="utf-8")
    part = guide.split("## Beside the steps\n")[1].split("\n## ")[0]
    shown = [line for line in part.splitlines() if line.startswith("| ") and "---" not in line]
    given = [("Note", "Source"), *((note, f"[{urlsplit(url).netloc}]({url})") for note, url in NOTES[scenario])]
    items = [(item, seen) for item, _met, seen in PREREQUISITES.get(scenario, ())]
    table = [("Item", "Seen in"), *items] if items else []
    assert shown == [f"| {left} | {right} |" for left, right in (*table, *given)]


def keys_of(kind: t.Any) -> set[str]:
    """Every key of a world file, however deep."""
    if isinstance(kind, Keys):
        return {key.removesuffix("!") for key in kind}.union(*(keys_of(of) for of in kind.values()))
    return keys_of(kind.of) if isinstance(kind, Many) else set()


def test_every_setting_event_route_and_key_of_the_world_is_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "extensions" / "emulator").rglob("*.py"))
    used = set(re.findall(r"settings\.get\(\s*\"(\w+)\"", code))
    assert used - set(SETTINGS) == set()
    assert set(re.findall(r"^\| `(\w+)`", SETTINGS_PAGE, re.MULTILINE)) == set(SETTINGS)
    arm = build_arm()
    events = EVENTS.split("## Events")[1].split("## Routes")[0]
    assert set(re.findall(r"^\| `(\w+)`", events, re.MULTILINE)) == set(arm.events)
    routes = set(re.findall(r"\(\"([A-Z]+)\", \"(\w+)\", self\.", code))
    assert {("GET", "state"), ("POST", "faults")} <= routes
    assert {f"{method} /emulator/{name}" for method, name in routes} - named(EVENTS) == set()
    assert set(re.findall(r"^\| `(\w+)`", WORLD_PAGE, re.MULTILINE)) == set(complete({}))
    assert keys_of(WORLD_KEYS) - named(WORLD_PAGE) == set()


def test_every_connection_option_and_variable_is_documented() -> None:
    reported = named((ROOT / "docs" / "connection.md").read_text(encoding="utf-8"))
    assert set(CONNECTION) - reported == set()
    variables = {*(name for names in ENVIRONMENT.values() for name in names), "AZURE_PROFILE"}
    variables |= {name for option in CONNECTION.values() for name in option.environment}
    assert variables - reported == set()


@functools.cache
def spoken() -> str:
    """Everything the collection and the local Azure can say, in lower case."""
    said = [(path.read_text(encoding="utf-8")) for path in (ROOT / "roles").rglob("*.yml")]
    for folder in ("plugins", "extensions/emulator"):
        for path in (ROOT / folder).rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            said += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(said).lower()


def quoted_messages() -> list[str]:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    ours = text.split("## A run stopped")[1].split("## On the protected machines")[0]
    cells = re.findall(r"^\| (.*?) \| ", ours, re.MULTILINE)
    return [
        span for cell in cells for span in re.findall(r"`([^`]+)`", cell) if not span.startswith(("….", "NxDomain"))
    ]


@pytest.mark.parametrize("message", quoted_messages())
def test_a_message_of_the_troubleshooting_guide_is_one_of_ours(message: str) -> None:
    pieces = [piece.strip().lower() for piece in message.split("…")]
    assert [piece for piece in pieces if piece not in spoken()] == []


@page
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _mark, anchor = target.partition("#")
        if re.match(r"https?://", target):
            continue
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(there), f"{target} has no such place"


@page
def test_only_public_hosts_are_named(path: Path) -> None:
    hosts = set(re.findall(r"https?://([^/\s:)`\"]+)", path.read_text(encoding="utf-8")))
    assert hosts <= HOSTS


@page
def test_examples_are_yaml_with_options_that_exist(path: Path) -> None:
    for block in blocks(path.read_text(encoding="utf-8")):
        for task in tasks_in(yaml.safe_load(block)):
            for key, options in task.items():
                if not (key.startswith(PREFIX) and isinstance(options, dict)):
                    continue
                module = importlib.import_module(
                    f"ansible_collections.{PREFIX}plugins.modules.{key.removeprefix(PREFIX)}"
                )
                assert set(options) - set(module.MODULE.rows()) == set()


def tasks_in(node: t.Any) -> t.Iterator[JSON]:
    """Every mapping of a document that may be a task."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from tasks_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from tasks_in(item)


OPERATOR = {
    "name": "least", "client_id": "55555555-5555-4555-8555-555555555555", "object_id": "66666666-6666-4666-8666-666666666666",
    "client_secret": "another-secret",
}  # fmt: skip


def test_the_readmes_playbook_runs_with_no_more_than_the_guides_permissions(
    azure: AzureProcess, playbooks: Playbooks
) -> None:
    azure.start_over(principals=[*complete({})["principals"], OPERATOR])
    scope = f"/subscriptions/{SUBSCRIPTION}"
    (role,) = example(GUIDE, "permissions")
    grant = {"scope": scope, "role": "{{ role_name }}", "principal_id": OPERATOR["object_id"]}
    given = playbooks.play(
        local_play(
            [
                role,
                {
                    "name": "Grant",
                    f"{PREFIX}role_assignment": {"assignments": [grant], "wait_effective": False, "settle_seconds": 0},
                },
            ],
            vars={"role_name": role[f"{PREFIX}role_definition"]["role_name"]},
            module_defaults=defaults(azure.options()),
        )
    )
    assert given.code == 0, given.output
    signed_in = {
        "AZURE_CLIENT_ID": OPERATOR["client_id"],
        "AZURE_SECRET": OPERATOR["client_secret"],
        "AZURE_TENANT": azure.ready["tenant_id"],
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "AZURE_CLOUD_ENVIRONMENT": azure.ready["arm_endpoint"],
        "REQUESTS_CA_BUNDLE": azure.ready["ca_file"],
    }
    plays = example(README, "This playbook")
    assert plays[0]["roles"][0]["vars"]["network"] == NETWORK
    played = playbooks.play(plays, **signed_in)
    assert played.code == 0, played.output
    azure.mark()
    again = playbooks.play(plays, **signed_in)
    assert again.code == 0, again.output
    assert azure.writes() == []
