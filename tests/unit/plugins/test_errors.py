"""Errors say what was attempted, on what, what Azure said, and what to do."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils import errors


def azure_error(**more: object) -> errors.AzureError:
    given = {"status": 403, "code": "AuthorizationFailed", "answer": "No.", "method": "PUT", "resource_id": "/x"}
    return errors.AzureError(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "Writing /x failed; Azure answered 403 AuthorizationFailed: No."),
        ({"answer": "No", "method": "GET"}, "Reading /x failed; Azure answered 403 AuthorizationFailed: No."),
        ({"answer": "No", "code": ""}, "Writing /x failed; Azure answered 403: No."),
        (
            {"answer": "No", "request_id": "r", "method": "DELETE"},
            "Deleting /x failed; Azure answered 403 AuthorizationFailed: No (request r).",
        ),
    ],
)
def test_message(more: dict[str, object], message: str) -> None:
    assert azure_error(**more).message == message


def test_facts_and_sentence() -> None:
    error = azure_error(answer="No", remedy="Ask.", request_id="r")
    assert error.sentence().endswith("(request r). Ask.")
    assert error.facts() == {
        "remedy": "Ask.",
        "status": 403,
        "code": "AuthorizationFailed",
        "azure_message": "No",
        "request_id": "r",
        "resource_id": "/x",
        "method": "PUT",
    }
    plain = errors.Refusal("Why.")
    assert (plain.sentence(), plain.facts()) == ("Why.", {})


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("SubscriptionNotFound", 404, "Check subscription_id"),
        ("subscriptionnotfound", 404, "Check subscription_id"),
        ("Whatever", 403, "Grant the signed-in identity"),
        ("", 401, "the token was not accepted"),
        ("Whatever", 400, ""),
        ("ScopeLocked", 409, "management lock"),
    ],
)
def test_remedies(code: str, status: int, words: str) -> None:
    found = errors.remedy_for(code, status)
    assert words in found and bool(found) is bool(words)


def test_codes_are_written_in_lower_case() -> None:
    assert all(code == code.lower() for code in (*errors.REMEDIES, *errors.NOT_ABSENCE))


def test_every_error_of_azure_is_one_of_ours() -> None:
    for kind in (errors.NotFound, errors.Forbidden, errors.Conflict, errors.OperationFailed):
        assert issubclass(kind, errors.AzureError)
    assert not issubclass(errors.AzureError, (errors.NotFound, errors.Unreachable))
