"""What an answer that is no error must hold: a JSON object, or one page of a list.

Only 404 in Azure's own words says that something is absent. A success without what was asked for (a proxy's page, an
empty body) and a redirection say nothing; they raise azure-core's ``DecodeError``, which :mod:`.pipeline` words.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ..wire import JSON


def document(response: t.Any) -> JSON:
    """The JSON object of an answer that must have one."""
    found = acknowledged(response)
    if found is None:
        raise _undecodable(response)
    return found


def page(response: t.Any) -> tuple[list[JSON], str]:
    """The items of one page of a list, and the link to the next one (empty: the last). ``null`` is no items."""
    found = document(response)
    items = found.get("value") if "value" in found else _NO_LIST
    if items is not None and not isinstance(items, list):
        raise _undecodable(response)
    return items or [], str(found.get("nextLink") or "")


def acknowledged(response: t.Any) -> JSON | None:
    """The JSON object of an answer that need not have one, as to a write; None for an empty body or ``null``."""
    if is_redirection(response.status_code):
        raise _undecodable(response)
    try:
        found = response.json() if response.content else None
    except ValueError:
        raise _undecodable(response) from None
    if found is not None and not isinstance(found, dict):
        raise _undecodable(response)
    return found


def is_redirection(status: int) -> bool:
    """Whether an answer sends its reader elsewhere; Azure Resource Manager never does."""
    return 300 <= status < 400


def origin(response: t.Any) -> str:
    """Who was asked: scheme, host and port of the request."""
    parts = urlsplit(str(getattr(getattr(response, "request", None), "url", "")))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "the endpoint"


def oddity(response: t.Any, words: str) -> str:
    """What came back in place of what was asked for; ``words`` are those of its body."""
    if is_redirection(response.status_code):
        # A portal's query may carry what signs its reader in.
        return f"a redirection to {str(response.headers.get('Location') or 'nowhere').partition('?')[0]}"
    kind = str(response.headers.get("Content-Type") or "").partition(";")[0]
    return f"not the JSON that was asked for but {f'{kind}, ' if kind else ''}{words}"


_NO_LIST = object()


def _undecodable(response: t.Any) -> Exception:
    from azure.core.exceptions import DecodeError

    return DecodeError(response=response)
