"""Variables files as a rehearsal reads them: templates and vaulted values stay as they are written."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from .scenario import Scenario, of_roles

JSON = dict[str, t.Any]


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


def scenarios_for(variables: t.Iterable[JSON], where: str) -> list[Scenario]:
    """The scenarios whose variables are held, those of several roles if need be. Raises :class:`Unusable` if of none."""
    held = {str(key) for values in variables for key in values}
    known = of_roles()
    found = [one for one in known if any(key.startswith(one.prefix) for key in held)]
    if not found:
        wanted = " or ".join(f"{one.prefix}… (scenario {one.name})" for one in known)
        raise Unusable(
            f"{where} has variables of none of the roles. They must be called {wanted}; or name the scenario (SCENARIO=)."
        )
    return found


def write(values: JSON, target: Path) -> None:
    """Write variables for Ansible to ``target`` (mode 0600); what is vaulted stays vaulted."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        yaml.dump(values, stream, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def plain(values: JSON, name: str) -> str:
    """A variable that is plain text; empty when it is absent, a template or vaulted."""
    value = values.get(name)
    return value if isinstance(value, str) and "{{" not in value else ""
