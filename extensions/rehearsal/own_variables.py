"""Variables files as a rehearsal reads them, and what of an operator's own cannot be rehearsed.

The names of a local Azure are known to its own DNS only: servers and machines of the real networks have never heard of them.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from .scenario import Scenario, load, names

JSON = dict[str, t.Any]
_ASKED = ("dns_server", "dns_port", "consumers")


class Unusable(ValueError):
    """A variables file cannot be rehearsed with; the message says why and what to do."""


@dataclass(frozen=True)
class Tagged:
    """A value with a tag of Ansible's (``!vault``, ``!unsafe``), kept as it stands."""

    tag: str
    value: str


class _Loader(yaml.SafeLoader):
    pass


class _Dumper(yaml.SafeDumper):
    pass


def _tagged(_loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Tagged:
    return Tagged(f"!{suffix}", str(node.value))


def _represent(dumper: yaml.SafeDumper, value: Tagged) -> yaml.Node:
    return dumper.represent_scalar(value.tag, value.value, style="|")


_Loader.add_multi_constructor("!", _tagged)
_Dumper.add_representer(Tagged, _represent)


def read(path: Path) -> JSON:
    """The variables of a file; templates and vaulted values stay as they are written. Raises :class:`Unusable`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    if text.startswith("$ANSIBLE_VAULT"):
        raise Unusable(f"{path} is vaulted as a whole. Rehearse with a copy in which only the secrets are.")
    try:
        # A safe loader; the tags it knows besides make plain values.
        values = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise Unusable(f"{path} is not YAML: {error}") from error
    if not isinstance(values, dict):
        raise Unusable(f"{path} must hold variables: names with values.")
    return values


def scenario_for(path: Path) -> str:
    """The scenario whose variables a file holds. Raises :class:`Unusable` unless they are those of exactly one."""
    values = read(path)
    scenarios = {name: load(name) for name in names()}
    # Servers of their own are rehearsed with the scenario's variables: those of an operator lead to the operator's.
    prefixes = {name: _prefix(scenario) for name, scenario in scenarios.items() if not scenario.dns}
    found = [name for name, prefix in prefixes.items() if any(str(key).startswith(prefix) for key in values)]
    if len(found) != 1:
        wanted = " or ".join(f"{prefix}… (scenario {name})" for name, prefix in prefixes.items())
        held = f"of {' and '.join(found)}" if found else "of none"
        raise Unusable(
            f"{path} has variables {held}. Its variables must be called {wanted}; or name the scenario (SCENARIO=)."
        )
    return found[0]


def prepare(scenario: Scenario, values: JSON, target: Path) -> list[str]:
    """Write an operator's variables to ``target`` (mode 0600) without those who would be asked for names; they are returned, in words."""
    key, told = f"{_prefix(scenario)}endpoints", []
    given = values.get(key)
    endpoints: list[t.Any] = given if isinstance(given, list) else []
    for endpoint in endpoints:
        told += [
            f"{name} of {endpoint.get('name')}" for name in _ASKED if isinstance(endpoint, dict) and endpoint.get(name)
        ]
    left = [
        {name: value for name, value in one.items() if name not in _ASKED} if isinstance(one, dict) else one
        for one in endpoints
    ]
    kept = {**values, key: left} if isinstance(given, list) else values
    if values.get(scenario.dns_servers):
        told.append(scenario.dns_servers)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        yaml.dump(kept, stream, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return told


def plain(values: JSON, name: str) -> str:
    """A variable that is plain text; empty when it is absent, a template or vaulted."""
    value = values.get(name)
    return value if isinstance(value, str) and "{{" not in value else ""


def _prefix(scenario: Scenario) -> str:
    return scenario.vault.removesuffix("vault_name")
