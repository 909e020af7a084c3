"""Access tokens and cloud descriptions shared by the tasks of one run, in a 0600 file that goes with the run."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tempfile
import threading
import time
import typing as t
from pathlib import Path

FILE = "privatelink_recovery_session.json"
# azure-core refreshes a token 300 s before it expires; one shared any later would be thrown away at once.
MARGIN = 310.0


class SessionCache:
    """A small dictionary on disk. Without a directory it lives in memory only.

    Writers replace the file in one step, so a reader sees an old or a new one, never half of one. What cannot be read
    is treated as empty, and what cannot be written is kept in memory.
    """

    def __init__(self, directory: str | None, name: str = FILE) -> None:
        self._path = Path(directory) / name if directory and Path(directory).is_dir() else None
        self._memory: dict[str, t.Any] = {}

    def get(self, key: str) -> t.Any:
        """The value, or None."""
        return self._read().get(self._name(key))

    def put(self, key: str, value: t.Any) -> None:
        """Store a JSON value under a key; the key itself is stored only as a digest."""
        content = {**self._read(), self._name(key): value}
        try:
            if self._path is not None:
                _replace(self._path, content)
        except OSError:
            self._path = None
        if self._path is None:
            self._memory = content

    def _read(self) -> dict[str, t.Any]:
        if self._path is None:
            return self._memory
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    @staticmethod
    def _name(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()


def _replace(path: Path, content: t.Any) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=FILE)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(content, stream)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class SharedToken:
    """A credential that is asked only when the cache holds no token that lives long enough.

    ``build`` makes it, at once unless the cache knows a token of the ``scope``: whoever signed in before has made it
    from the same values. ``identity`` distinguishes sign-ins (it includes a digest of the secret, so that a wrong secret
    never profits from a token fetched with the right one).
    """

    def __init__(
        self,
        build: t.Callable[[], t.Any],
        cache: SessionCache,
        identity: str,
        scope: str,
        now: t.Callable[[], float] = time.time,
    ) -> None:
        self._build, self._cache, self._identity, self._now = functools.cache(build), cache, identity, now
        self._lock, self._recent = threading.Lock(), dict[str, tuple[str, int]]()
        if self._kept(self._key(scope)) is None:
            self._build()

    def get_token(self, *scopes: str, **options: t.Any) -> t.Any:
        """An access token for the scopes; ``claims`` (a challenge) always goes to the service.

        Threads that need one at the same time wait for the first of them to sign in.
        """
        from azure.core.credentials import AccessToken

        key = self._key(*scopes, tenant=str(options.get("tenant_id") or ""))
        with self._lock:
            kept = None if options.get("claims") else self._kept(key)
            if kept is not None:
                return AccessToken(*kept)
            token = self._build().get_token(*scopes, **options)
            self._recent[key] = (token.token, token.expires_on)
            self._cache.put(key, [token.token, token.expires_on])
            return token

    def _key(self, *scopes: str, tenant: str = "") -> str:
        return "|".join((self._identity, *scopes, tenant))

    def _kept(self, key: str) -> tuple[str, int] | None:
        for kept in (lambda: self._recent.get(key), lambda: self._cache.get(key)):
            found = kept()
            if found and float(found[1]) - self._now() > MARGIN:
                self._recent[key] = (str(found[0]), int(found[1]))
                return self._recent[key]
        return None
