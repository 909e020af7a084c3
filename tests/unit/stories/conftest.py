"""Fixtures of the stories."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..conftest import Cloud
from .sequence import Sequence
from .support import WISH

Tell = t.Callable[..., Sequence]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """Make a sequence for an emulated Azure: the usual wish with other variables laid over it."""
    made = 0

    def make(cloud: Cloud, wish: dict[str, t.Any] | None = None, **variables: t.Any) -> Sequence:
        nonlocal made
        made += 1
        return Sequence(cloud, tmp_path / str(made), **{**(wish or WISH), **variables})

    return make
