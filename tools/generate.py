"""What several roles and lists have in common is written from one table: ``make generate``; ``make lint`` compares.

The variables that every role of a sequence has stand in ``role_variables.yml`` beside this file. Which option of the modules
each fills, and of which type that is, is known to the collection itself.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
import typing as t
from pathlib import Path

import yaml

from ..plugins.module_utils.engine.spec import Options
from ..plugins.module_utils.sequences.options import DESCRIPTION
from ..plugins.module_utils.sequences.role_variables import BESIDE, COMMON, OWN

JSON = dict[str, t.Any]
ROOT = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_name("role_variables.yml")
BEGIN, END = "# begin: make generate, from tools/role_variables.yml", "# end: make generate"
ACTIONS_BEGIN = "# begin: make generate, from plugins/modules"
#: Keys of a specification in the order in which they are written; others of a row are not part of it.
KEYS = ("type", "elements", "choices", "required", "default", "description", "options")
WIDTH, LONG = 140, 150


def main(arguments: t.Sequence[str]) -> int:
    """Write the files; with ``--check`` only say which differ. Returns 1 when one does."""
    different = {path: text for path, text in wanted(ROOT).items() if path.read_text(encoding="utf-8") != text}
    if "--check" in arguments:
        for path in different:
            print(f"   {path.relative_to(ROOT)} is not as its table says: change the table, then make generate")
        return 1 if different else 0
    for path, text in different.items():
        path.write_text(text, encoding="utf-8")
        print(f"   {path.relative_to(ROOT)} is written anew")
    return 0


def wanted(root: Path) -> dict[Path, str]:
    """Each file that has generated parts, as it is to be. Raises ValueError for one whose marks are missing."""
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    _refuse_strange([row["name"] for row in rows])
    texts = {}
    for role in OWN:
        mine = [_of_role(row, role) for row in rows]
        folder = root / "roles" / role
        teardown = [row for row in mine if _is_of_teardown(row)]
        others = [row for row in mine if not _is_of_teardown(row)]
        blocks = {
            "meta/argument_specs.yml": (_specifications(role, others), _specifications(role, teardown)),
            "defaults/main.yml": (_defaults(role, mine),),
            "vars/main.yml": (_sequence(role, rows, folder / "vars/main.yml"), _run(role)),
        }
        for name, parts in blocks.items():
            texts[folder / name] = replaced(folder / name, parts)
    modules = sorted(path.stem for path in (root / "plugins/modules").glob("*.py"))
    runtime, connected = root / "meta/runtime.yml", [name for name in modules if _is_connected(root, name)]
    texts[runtime] = replaced(runtime, ([f"    - {name}" for name in connected],), ACTIONS_BEGIN)
    return texts


def replaced(path: Path, blocks: t.Sequence[t.Sequence[str]], begin: str = BEGIN) -> str:
    """A file with its generated blocks as they are to be. Raises ValueError when it has not as many."""
    lines, found, rest = [], 0, False
    for line in path.read_text(encoding="utf-8").splitlines():
        rest = rest and line.strip() != END
        if not rest:
            lines.append(line)
        if line.strip() == begin:
            lines += blocks[found] if found < len(blocks) else ()
            found, rest = found + 1, True
    if rest or found != len(blocks):
        raise ValueError(f"{path} has {found} blocks '{begin}' … '{END}', not {len(blocks)}")
    return "\n".join(lines) + "\n"


def _refuse_strange(names: t.Sequence[str]) -> None:
    """The table has what the collection knows of every role, each once. Raises ValueError for what differs."""
    known = {*COMMON, *BESIDE}
    if set(names) != known or len(names) != len(known):
        raise ValueError(f"{TABLE} and module_utils/sequences/role_variables.py differ: {sorted(known ^ set(names))}")


def _of_role(row: JSON, role: str) -> JSON:
    """A row with what a role has otherwise laid over it, and the role's name in its place."""
    over = (row.get("in") or {}).get(role) or {}
    merged = {**row, **over, **({"options": {**row["options"], **over["options"]}} if "options" in over else {})}
    return t.cast(
        JSON, json.loads(json.dumps({key: value for key, value in merged.items() if key != "in"}).replace("ROLE", role))
    )


def _is_of_teardown(row: JSON) -> bool:
    return str(row["name"]).startswith("teardown_")


def _specifications(role: str, rows: t.Iterable[JSON]) -> list[str]:
    return [line for row in rows for line in _specification(f"{role}_{row['name']}", row, 6)]


def _specification(name: str, row: JSON, indent: int) -> list[str]:
    lines = [f"{' ' * indent}{name}:"]
    for key in KEYS:
        if key == "options" and key in row:
            lines.append(f"{' ' * (indent + 2)}options:")
            lines += [line for option, spec in row[key].items() for line in _specification(option, spec, indent + 4)]
        elif key in row:
            lines += _entry(key, row[key], indent + 2)
    return lines


def _defaults(role: str, rows: t.Iterable[JSON]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        if "default" in row:
            lines += [""] if row.get("section") and lines else []
            lines += [f"# {line}" for line in textwrap.wrap(row.get("about") or "", LONG)]
            lines += _entry(f"{role}_{row['name']}", row["default"], 0)
    return lines


def _sequence(role: str, rows: t.Iterable[JSON], path: Path) -> list[str]:
    """The dictionary that fills the option ``sequence``, but for what a role computes of its own behind the block."""
    own = path.read_text(encoding="utf-8").partition(END)[2].partition("\n\n")[0]
    by_hand = re.findall(r"^  (\w+):", own, re.MULTILINE)
    filled = {**{row["name"]: COMMON[row["name"]] for row in rows if row["name"] in COMMON}, **OWN[role]}
    tree: JSON = {"name": role, "role": role, "variables": f"{{{{ query('varnames', '^{role}_') }}}}"}
    for suffix, option in filled.items():
        if option in by_hand or option.split(".")[0] not in DESCRIPTION:
            continue
        *above, last = option.split(".")
        place, options = tree, t.cast(Options, DESCRIPTION)
        for key in above:
            place, options = place.setdefault(key, {}), options[key].options
        place[last] = _variable(role, suffix, options[last].type)
    missing = [
        "  # Hosts that are to prove the names, but that the inventory does not have.",
        "  unknown_consumers: >-",
        f"    {{{{ ({role}_endpoints + {role}_dns_servers)",
        "       | map(attribute='consumers', default=[]) | select | flatten | unique",
        "       | difference(groups['all'] + ['localhost']) }}",
    ]
    return [*_tree(tree, 2), *(() if "unknown_consumers" in by_hand else missing)]


def _run(role: str) -> list[str]:
    types = {"wait_timeout": "int", "report_keep": "int", "confirm_plan": "bool"}
    names = ("teardown_confirm", "wait_timeout", "report_directory", "report_keep", "confirm_plan")
    return _tree({name: _variable(role, name, types.get(name, "str")) for name in names}, 2)


def _variable(role: str, suffix: str, kind: str) -> str:
    cast = f" | {kind}" if kind in ("int", "bool") else ""
    return f"{{{{ {role}_{suffix}{cast} }}}}"


def _tree(tree: JSON, indent: int) -> list[str]:
    lines = []
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += [f"{' ' * indent}{key}:", *_tree(value, indent + 2)]
        else:
            lines += _entry(key, value, indent)
    return lines


def _entry(key: str, value: t.Any, indent: int) -> list[str]:
    """A line ``key: value``, or several of a folded text that is long."""
    line = f"{' ' * indent}{key}: {_scalar(value)}"
    if not isinstance(value, str) or len(line) <= LONG or "{{" in value:
        return [line]
    inner = " " * (indent + 2)
    return [f"{' ' * indent}{key}: >-", *textwrap.wrap(value, WIDTH, initial_indent=inner, subsequent_indent=inner)]


def _scalar(value: t.Any) -> str:
    """A value in one line of YAML; a text stands without quotes where it means the same."""
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, str) and _means_itself(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _means_itself(text: str) -> bool:
    """Whether a text without quotes is the same text, in a list as well unless it is a sentence."""
    if not text or "{{" in text or (" " not in text and set(text) & set("{}[],")):
        return False
    try:
        return bool(yaml.safe_load(f"key: {text}") == {"key": text})
    except yaml.YAMLError:
        return False


def _is_connected(root: Path, module: str) -> bool:
    """Whether a module speaks to Azure, so that a group of defaults can give it the connection."""
    return "privatelink.recovery.connection" in (root / "plugins/modules" / f"{module}.py").read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
