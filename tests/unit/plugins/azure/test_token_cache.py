"""The token shared by the tasks of one run."""

from __future__ import annotations

import shutil
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context, connect
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_cache import (
    FILE,
    MARGIN,
    SessionCache,
    SharedToken,
)
from azure.core.credentials import AccessToken

from ...conftest import CREDENTIALS, VAULT, Cloud


class Issuer:
    """A credential that counts how often it was asked."""

    def __init__(self, lives: float) -> None:
        self.lives, self.asked = lives, 0

    def get_token(self, *scopes: str, **options: t.Any) -> AccessToken:
        self.asked += 1
        return AccessToken(f"token-{self.asked}-{'-'.join(scopes)}", int(self.lives))


def test_values_are_kept_on_disk_and_private(tmp_path: Path) -> None:
    SessionCache(str(tmp_path)).put("a key", {"x": 1})
    SessionCache(str(tmp_path)).put("another", [2])
    assert SessionCache(str(tmp_path)).get("a key") == {"x": 1}
    assert SessionCache(str(tmp_path)).get("another") == [2]
    assert SessionCache(str(tmp_path)).get("third") is None
    path = tmp_path / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "a key" not in path.read_text()
    assert [item.name for item in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("directory", [None, "/nonexistent/directory"])
def test_without_a_directory_values_are_kept_in_memory(directory: str | None) -> None:
    cache = SessionCache(directory)
    cache.put("k", 1)
    assert cache.get("k") == 1
    assert SessionCache(directory).get("k") is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"'])
def test_what_cannot_be_read_is_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    cache = SessionCache(str(tmp_path))
    assert cache.get("k") is None
    cache.put("k", 1)
    assert cache.get("k") == 1


def test_what_cannot_be_written_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    cache = SessionCache(str(gone))
    cache.put("before", 1)
    shutil.rmtree(gone)
    cache.put("k", 2)
    assert cache.get("k") == 2

    def full(*_names: t.Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    cache = SessionCache(str(tmp_path))
    cache.put("k", 3)
    cache.put("l", 4)
    assert (cache.get("k"), cache.get("l"), list(tmp_path.iterdir())) == (3, 4, [])


@pytest.mark.parametrize(("left", "asked"), [(MARGIN + 1, 1), (MARGIN, 2), (0, 2), (-5, 2)])
def test_a_token_is_shared_while_it_lives_long_enough(tmp_path: Path, left: float, asked: int) -> None:
    issuer = Issuer(1000 + left)
    first, second = (
        SharedToken(lambda: issuer, SessionCache(str(tmp_path)), "me", "scope", now=lambda: 1000.0).get_token("scope")
        for _time in range(2)
    )
    assert issuer.asked == asked
    assert (first == second) is (asked == 1)


@pytest.mark.parametrize(
    ("identity", "scope", "options"),
    [
        ("other", "scope", {}),
        ("me", "other", {}),
        ("me", "scope", {"tenant_id": "t"}),
        ("me", "scope", {"claims": "c"}),
    ],
)
def test_another_question_gets_its_own_token(identity: str, scope: str, options: dict[str, str]) -> None:
    issuer, cache = Issuer(9000), SessionCache(None)
    SharedToken(lambda: issuer, cache, "me", "scope", now=lambda: 1000.0).get_token("scope")
    SharedToken(lambda: issuer, cache, identity, "scope", now=lambda: 1000.0).get_token(scope, **options)
    assert issuer.asked == 2


@pytest.mark.parametrize(("left", "made"), [(MARGIN + 1, 1), (MARGIN, 2)])
def test_a_credential_is_made_before_it_is_asked_unless_somebody_has_signed_in(left: float, made: int) -> None:
    cache, built = SessionCache(None), 0

    def build() -> Issuer:
        nonlocal built
        built += 1
        return Issuer(1000 + left)

    for _time in range(2):
        shared = SharedToken(build, cache, "me", "scope", now=lambda: 1000.0)
        shared_before = built
        shared.get_token("scope")
        assert built == shared_before
    assert built == made


def signed_in(cloud: Cloud) -> int:
    return len([entry for entry in cloud.arm.log if entry["path"].endswith("/token")])


@pytest.mark.parametrize(("share", "expected"), [(True, 1), (False, 2)])
def test_tasks_of_a_run_share_token_and_cloud(cloud: Cloud, tmp_path: Path, share: bool, expected: int) -> None:
    for _time in range(2):
        context = cloud.context()
        context.cache_directory = str(tmp_path)
        connect({**CREDENTIALS, "share_token": share}, context).azure.find(VAULT, "2024-04-01")
    assert signed_in(cloud) == expected
    assert len([entry for entry in cloud.arm.log if entry["path"] == "/metadata/endpoints"]) == expected
    assert [path.name for path in tmp_path.iterdir()] == ([FILE] if share else [])


def test_a_wrong_secret_never_profits_from_a_shared_token(cloud: Cloud, tmp_path: Path) -> None:
    def context() -> Context:
        made = cloud.context()
        made.cache_directory = str(tmp_path)
        return made

    connect(CREDENTIALS, context()).azure.find(VAULT, "2024-04-01")
    with pytest.raises(Exception, match="AADSTS7000215"):
        connect({**CREDENTIALS, "secret": "wrong"}, context()).azure.find(VAULT, "2024-04-01")


def test_tasks_with_other_sign_ins_of_the_cli_do_not_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = tmp_path / "az"
    answer = '{"accessToken": "\'"$AZURE_CONFIG_DIR"\'", "expires_on": 4102444800}'
    cli.write_text(f"#!/bin/sh\necho '{answer}'\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    options = {"auth_source": "cli", "subscription_id": CREDENTIALS["subscription_id"]}
    for name in ("one", "two", "one"):
        monkeypatch.setenv("AZURE_CONFIG_DIR", name)
        connection = connect(options, Context(cache_directory=str(tmp_path)))
        assert connection.credential.get_token(connection.cloud.scope).token == name
