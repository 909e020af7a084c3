"""The modules of the collection, by name, with what their documentation says."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


PACKAGE = "ansible_collections.privatelink.recovery.plugins"


NAMES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")


JSON = dict[str, t.Any]


def documentation(name: str) -> JSON:
    """The options' documentation of a module."""
    module = importlib.import_module(f"{PACKAGE}.modules.{name}")
    document: JSON = yaml.safe_load(module.DOCUMENTATION)
    return document
