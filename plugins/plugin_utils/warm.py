"""What the first request of a process costs beside the network, paid once in the parent instead of in every worker."""

from __future__ import annotations

import collections
import collections.abc
import gc
import os
import sys
import types
import typing as t


def warm(module: str, samples: t.Mapping[str, dict[str, t.Any]]) -> None:
    """Make each named model of an imported module from a sample document, and forget it.

    The newer generation of Azure's packages resolves a model's type annotations when its first document is read, which
    costs more than the request. Older generations, and models a version does not have, are passed over.
    """
    models = sys.modules.get(module)
    for name, document in samples.items():
        model = getattr(models, name, None)
        if model is None or not hasattr(model, "_deserialize") or hasattr(model, "_attribute_map"):
            continue
        model._deserialize(document, [])
    settle()


def settle() -> None:
    """Remember answers that are dear to find, and keep what is loaded out of the collector's way.

    The thousands of models are subclasses of ``MutableMapping``: the first check of any type against it walks them all.
    And a worker whose collector looks at the parent's objects copies every page they are on.
    """
    pairs: dict[str, t.Any] = {}
    known: list[type[t.Any]] = [
        *(str, bytes, int, float, bool, list, tuple, zip, type(None), type(os.environ), collections.OrderedDict),
        *(type(pairs.items()), type(pairs.values()), type(collections.OrderedDict().items())),
        *(type(collections.OrderedDict().values()), types.GeneratorType),
    ]
    requests, urllib3 = sys.modules.get("requests"), sys.modules.get("urllib3")
    if requests is not None and urllib3 is not None:
        known += [
            requests.structures.CaseInsensitiveDict,
            urllib3.HTTPHeaderDict,
            type(urllib3.HTTPHeaderDict().items()),
        ]
    for kind in known:
        for shape in (collections.abc.Mapping, collections.abc.MutableMapping):
            issubclass(kind, shape)
    gc.freeze()
