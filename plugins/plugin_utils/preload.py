"""What every task needs of the Azure packages, imported once in the parent process before workers fork.

Imported at the top of each action plugin: the strategy loads action classes in the parent, and a worker that had to
import the packages itself would pay for it again in every task.
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import importlib
import typing as t

from ..module_utils.azure.credentials import silence
from ..module_utils.azure.trust import authorities, session, trusting


def prepare_http() -> None:
    """Do once what the first request of a process costs beside the network; nothing is sent.

    That is whom TLS trusts, and class checks against ``Mapping`` that walk all its subclasses before their answer is
    remembered: a third of a task, because a worker also copies every page it touches for the first time.
    """
    import requests

    prepared = session()
    prepared.prepare_request(requests.Request("GET", "https://localhost"))
    settings = prepared.merge_environment_settings("https://localhost", {}, False, True, None)
    with contextlib.suppress(OSError):  # Reported by the task that needs them.
        trusting(authorities(settings["verify"]))


# azure-core decodes answers with it; the first look-up of an encoding is an import too.
codecs.lookup("utf-8-sig")

MODULES = (
    "netrc",  # requests looks for such a file before its first request
    "azure.core.credentials",
    "azure.core.pipeline.policies",
    "azure.core.pipeline.transport._requests_basic",
    "azure.core.polling",
    "azure.core.rest",
    "azure.core.rest._requests_basic",
    "azure.identity",
    "azure.mgmt.core",
    "azure.mgmt.core.policies",
    "azure.mgmt.core.polling.arm_polling",
)


def load(modules: t.Iterable[str]) -> None:
    """Import modules for their own sake. Absence is reported by the task that needs one, with missing_required_lib."""
    # Thousands of classes are made and none is garbage: a collector that looks for some takes a tenth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with contextlib.suppress(ImportError):
            for name in modules:
                importlib.import_module(name)
    finally:
        if collecting:
            gc.enable()


load(MODULES)
with contextlib.suppress(ImportError):
    prepare_http()
# To make a logger is to look at all that could be below it.
silence()
