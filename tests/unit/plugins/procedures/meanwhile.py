"""Somebody else who changes a resource while a task of ours is at work on it."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON

from ...conftest import Cloud


def just_before(
    cloud: Cloud, method: str, path: str, change: t.Callable[[JSON], None], resource: str = ""
) -> list[JSON]:
    """Have somebody change a resource right before our write of it arrives; the requests of ours that met it.

    ``resource`` is the one changed, where it is not the one that is written.
    """
    met: list[JSON] = []

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if (request.method, request.path.lower()) == (method, path.lower()):
            if not met:
                document = cloud.document(resource or path)
                change(document)
                if "etag" in document:
                    document["etag"] = f'"{cloud.arm.guid()}"' if document["etag"].startswith('"') else cloud.arm.guid()
            met.append({"if-match": request.headers.get("if-match"), "entry": entry})
        return proceed(request, entry)

    cloud.arm.around.insert(0, around)
    return met


class Meanwhile:
    """Somebody who acts right before the n-th reading of a resource is answered, or before its writing.

    ``asked`` are the requests on it.
    """

    def __init__(
        self, cloud: Cloud, path: str, act: t.Callable[[], None], reading: int = 2, method: str = "GET"
    ) -> None:
        self.asked: list[str] = []
        self._path, self._act, self._when = path.lower(), act, (method, reading)
        cloud.arm.around.insert(0, self)

    def __call__(self, request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if request.path.lower() == self._path:
            self.asked.append(request.method)
            if (request.method, self.asked.count(request.method)) == self._when:
                self._act()
        return proceed(request, entry)


def changing(cloud: Cloud, path: str, change: t.Callable[[JSON], t.Any]) -> t.Callable[[], None]:
    """Change a document, as a write of somebody else does."""

    def act() -> None:
        document = cloud.document(path)
        change(document)
        document["etag"] = cloud.arm.etag()

    return act
