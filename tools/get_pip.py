"""Stand-in for the get-pip script that ansible-test downloads, for machines that reach package registries only.

Called as ``get_pip.py [options] pip==VERSION ...``: installs the named packages with the interpreter that runs it.
"""

from __future__ import annotations

import ensurepip
import os
import runpy
import sys

if __name__ == "__main__":
    packages = [argument for argument in sys.argv[1:] if "==" in argument]
    ensurepip.bootstrap()
    # ensurepip hides the configuration from the pip it starts, and leaves it hidden.
    os.environ.pop("PIP_CONFIG_FILE", None)
    for loaded in [name for name in sys.modules if name.split(".")[0] == "pip"]:
        del sys.modules[loaded]
    sys.argv = ["pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
