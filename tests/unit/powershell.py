"""PowerShell, parsed by a grammar; nothing is run."""

from __future__ import annotations

import typing as t

import tree_sitter
import tree_sitter_powershell


def tree(text: str) -> t.Any:
    """The root node of a script."""
    language = tree_sitter.Language(tree_sitter_powershell.language())
    return tree_sitter.Parser(language).parse(text.encode()).root_node


def nodes(node: t.Any) -> t.Iterator[t.Any]:
    """A node and everything below it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def errors(text: str) -> list[str]:
    """What the grammar does not take."""
    return [node.text.decode() for node in nodes(tree(text)) if node.is_error or node.is_missing]


def commands(text: str) -> list[str]:
    """The names of the commands a script calls."""
    return [node.text.decode() for node in nodes(tree(text)) if node.type == "command_name"]
