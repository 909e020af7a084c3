"""azure-mgmt-privatedns, imported once in the parent process before workers fork (see ``preload``)."""

# Nothing here is used: it is imported to have been imported.
# pylint: disable=unused-import

from __future__ import annotations

import contextlib

from . import preload  # noqa: F401 - what every task needs comes with it

with contextlib.suppress(ImportError):
    import azure.mgmt.privatedns
    import azure.mgmt.privatedns.models
    import azure.mgmt.privatedns.operations  # noqa: F401
