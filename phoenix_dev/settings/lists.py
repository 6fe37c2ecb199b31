"""Settings that are lists: of texts, of paths, of commands. Read as nodes, for the line of what is wrong in them."""

from __future__ import annotations

import os
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING

import yaml

from phoenix_dev.settings.values import RunEntry

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_dev.settings.keys import Key, Value

_RUN_KEYS = ("name", "command", "dir", "env")


class WrongItem(Exception):
    """A node that is not what it has to be; `what` follows the file and the line."""

    def __init__(self, node: yaml.Node, what: str) -> None:
        super().__init__(what)
        self.node = node
        self.what = what


def list_of_node(key: Key, node: yaml.Node, folder: Path) -> Value:
    """The value of a setting that is a list; what is relative in it is so to `folder`. Raises WrongItem."""
    if not isinstance(node, yaml.SequenceNode):
        raise WrongItem(node, f"sets '{key.name}' to no list: it has to be one, an item a line, as in '- item'")
    if key.shape == "entries":
        entries = tuple(_run_entry(item, folder) for item in node.value)
        names = [entry.name for entry in entries]
        for item, name in zip(node.value, names, strict=True):
            if names.count(name) > 1:
                raise WrongItem(item, f"sets '{key.name}' with two commands of the name '{name}'")
        return entries
    return tuple(_checked(key, item, folder) for item in node.value)


def list_of_text(key: Key, text: str, folder: Path) -> Value:
    """The same from a variable. Raises ValueError with what it has to be."""
    if key.shape != "entries":
        texts = (item.strip() for item in text.split(","))
        return tuple(_placed(key, item, folder) for item in texts if item)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return ()
        return list_of_node(key, node, folder)
    except (yaml.YAMLError, WrongItem, RecursionError) as error:
        raise ValueError("a list in YAML's flow style, as in [{name: api, command: python app.py}]") from error


def _checked(key: Key, item: yaml.Node, folder: Path) -> str:
    text = item.value if isinstance(item, yaml.ScalarNode) else ""
    try:
        key.parse(text)
    except ValueError as error:
        raise WrongItem(item, f"has an item of '{key.name}' that has to be {error}") from error
    return _placed(key, text, folder)


def _placed(key: Key, text: str, folder: Path) -> str:
    return os.path.normpath(folder / os.path.expanduser(text)) if key.shape == "paths" else text


def _run_entry(item: yaml.Node, folder: Path) -> RunEntry:
    if not isinstance(item, yaml.MappingNode):
        raise WrongItem(item, "lists under 'run' what is no command: each has a 'name' and a 'command'")
    found: dict[str, yaml.Node] = {}
    for name_node, node in item.value:
        name = name_node.value if isinstance(name_node, yaml.ScalarNode) else "?"
        if name not in _RUN_KEYS:
            nearest = get_close_matches(name, _RUN_KEYS, n=1)
            meant = f"; the nearest is '{nearest[0]}'" if nearest else ""
            raise WrongItem(name_node, f"sets '{name}' of a command, which is no setting{meant}")
        found[name] = node
    for needed in ("name", "command"):
        if needed not in found:
            raise WrongItem(item, f"lists a command without a '{needed}'")
    return RunEntry(
        _text(found["name"], "name"),
        _argv(found["command"]),
        os.path.normpath(folder / os.path.expanduser(_text(found["dir"], "dir") if "dir" in found else ".")),
        _pairs(found["env"]) if "env" in found else (),
    )


def _argv(node: yaml.Node) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(_text(word, "command") for word in node.value)
    try:
        words = tuple(shlex.split(_text(node, "command")))
    except ValueError as error:
        raise WrongItem(node, f"sets 'command' to words that a shell would not take: {error}") from error
    return words


def _pairs(node: yaml.Node) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongItem(node, "sets 'env' to no variables: it has to be lines of the form 'NAME: value'")
    return tuple((_text(name, "env"), _text(value, "env", may_be_empty=True)) for name, value in node.value)


def _text(node: yaml.Node, what: str, *, may_be_empty: bool = False) -> str:
    if not isinstance(node, yaml.ScalarNode) or not (node.value or may_be_empty) or "\0" in node.value:
        raise WrongItem(node, f"sets '{what}' of a command to what is no text")
    return str(node.value)
