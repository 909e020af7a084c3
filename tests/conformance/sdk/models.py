"""What a document says that the SDK's model of it has no place for: a misspelt field, or one of another type's."""

from __future__ import annotations

import copy
import re
import typing as t

JSON = dict[str, t.Any]

#: Fields that recordings of Azure show and the models leave out, by the type of the model.
#: All but the last: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``.
_SHOWN_BY_AZURE = {
    # azure-cli-extensions recording test_siterecovery_A2A_selfcreated_scenarios.yaml
    "A2APolicyDetails": {"associatedItemsCount", "dataSourceType", "status"},
    "A2AReplicationDetails": {"rtoInSeconds"},
    "PrivateEndpointProperties": {"resourceGuid"},
    "PrivateDnsZoneGroup": {"type"},
    "PrivateDnsZoneConfig": {"id", "etag", "type"},
    "PrivateDnsZonePropertiesFormat": {"provisioningState"},
    "GenericResource": {"etag"},
}


def unmodelled(model: t.Any, document: t.Any, path: str = "") -> list[str]:
    """The fields of a document that its model does not know, as ``path (model)``."""
    if isinstance(model, list):
        parts = [
            unmodelled(*pair, f"{path}[{number}]") for number, pair in enumerate(zip(model, document, strict=True))
        ]
        return [field for part in parts for field in part]
    if hasattr(model, "_attr_to_rest_field"):
        return _of_mapping(model, document, path)
    if hasattr(model, "_attribute_map"):
        return _of_attributes(model, document, path)
    return []


def _of_mapping(model: t.Any, document: JSON, path: str) -> list[str]:
    """Models of the newer SDKs, which are mappings of the document they were made of."""
    model = _exact(model, document)
    fields = {field._rest_name: name for name, field in model._attr_to_rest_field.items()}
    found = _unknown(model, set(document) - set(fields), path)
    for key in set(document) & set(fields):
        found += unmodelled(getattr(model, fields[key]), document[key], f"{path}.{key}")
    return found


def _exact(model: t.Any, document: JSON) -> t.Any:
    """The model, of the most exact type: of types below types, such as those of protected items, the SDK sees only the first."""
    for kind in getattr(type(model), "__mapping__", {}).values():
        for value, exact in getattr(kind, "__mapping__", {}).items():
            if value in document.values():
                return exact(document)
    return model


def _of_attributes(model: t.Any, document: JSON, path: str) -> list[str]:
    """Models of the older SDKs, whose attributes name their place in the document: ``properties.provisioningState``."""
    rest, found = copy.deepcopy(document), []
    for name, attribute in model._attribute_map.items():
        keys = [key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", attribute["key"])]
        found += unmodelled(getattr(model, name, None), _taken(rest, keys), f"{path}.{attribute['key']}")
    return _unknown(model, set(rest), path) + found


def _taken(document: JSON, keys: list[str]) -> t.Any:
    """Take a value out of a document, and the objects around it when nothing is left in them."""
    first, *others = keys
    if not others or not isinstance(document.get(first), dict):
        return document.pop(first, None) if not others else None
    value = _taken(document[first], others)
    if not document[first]:
        del document[first]
    return value


def _unknown(model: t.Any, names: set[str], path: str) -> list[str]:
    kind = type(model).__name__
    return [f"{path}.{name} ({kind})" for name in sorted(names - _SHOWN_BY_AZURE.get(kind, set()))]
