"""What the caller has told pip holds for uv, which makes the environments of the other steps."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.tools.pip_settings import pip_settings, uv_variables

HERE = Path(sys.executable)
FILE = """
[global]
index-url = https://packages.example/simple
extra-index-url =
    https://one.example/simple
    https://two.example/simple
trusted-host = one.example two.example
[install]
find-links = /wheels /more-wheels
no-index = true
user = true
[freeze]
find-links = /elsewhere
"""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of settings; what the machine's own has besides is not looked at."""
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "TRUSTED_HOST", "CERT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    path = tmp_path / "pip.conf"
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    return path


def test_a_file(settings: Path) -> None:
    settings.write_text(FILE)
    wanted = {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://packages.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INSECURE_HOST": "one.example two.example",
        "UV_FIND_LINKS": "/wheels,/more-wheels",
        "UV_NO_INDEX": "true",
    }
    assert uv_variables(HERE).items() >= wanted.items()
    assert ("install", "user", "true") not in pip_settings(HERE)


def test_variables_count_more_than_files(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text(FILE)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_CERT", "/authorities.pem")
    found = uv_variables(HERE)
    assert (found["UV_DEFAULT_INDEX"], found["SSL_CERT_FILE"]) == ("https://mirror.example/simple", "/authorities.pem")
