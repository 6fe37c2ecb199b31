"""Reads one phoenix-dev.yaml, with the line of everything that is wrong in it.

The file is read as nodes, never built into objects: nodes know their line, keep what the user wrote, expand no aliases.
"""

from __future__ import annotations

from difflib import get_close_matches
from shlex import quote
from typing import TYPE_CHECKING

import yaml

from phoenix_dev.errors import UsageError
from phoenix_dev.settings.lists import WrongItem, value_of_node
from phoenix_dev.settings.values import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phoenix_dev.settings.keys import Key, Value

#: A settings file is a page of text; what is larger is another file under this name.
SIZE_LIMIT = 64 * 1024


def read(path: Path, keys: Sequence[Key]) -> dict[str, tuple[Value, Origin]]:
    """The settings in a file, by name, with their origin.

    Raises UsageError naming file, line and what was probably meant.
    """
    root = _compose(path)
    if root is None or _is_empty(root):
        return {}
    by_name = {key.name: key for key in keys}
    return {
        name: (_value(path, by_name[name], node), Origin("file", f"{path}:{node.start_mark.line + 1}"))
        for name, node in _entries(path, root, tuple(by_name))
    }


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=f"ls -l {quote(str(path))}") from error
    if len(content) > SIZE_LIMIT:
        raise UsageError(
            f"{path} is larger than the {SIZE_LIMIT // 1024} KiB a settings file may have",
            hint=f"ls -l {quote(str(path))}",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{line} is not UTF-8 text", hint=f"file {quote(str(path))}") from error


def _compose(path: Path) -> yaml.Node | None:
    text = _text(path)
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line} is not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:  # a character that YAML forbids; PyYAML gives its position instead of a mark
        line_number = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise UsageError(f"{path}:{line_number} is not valid YAML: a character that YAML does not allow") from error
    except RecursionError as error:
        raise UsageError(f"{path} is not a settings file: it is nested too deeply") from error
    return node


def _entries(path: Path, mapping: yaml.Node, names: Sequence[str], prefix: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """The name and the value of each setting in a mapping and in those nested in it."""
    if not isinstance(mapping, yaml.MappingNode):
        where = f"'{prefix[:-1]}'" if prefix else "a settings file"
        raise _wrong(path, mapping, f"is no setting: {where} is made of lines of the form 'name: value'")
    seen: dict[str, int] = {}
    for name_node, node in mapping.value:
        name = prefix + (name_node.value if isinstance(name_node, yaml.ScalarNode) else "?")
        if name in seen:
            raise _wrong(path, name_node, f"sets '{name}' again, first set at line {seen[name]}")
        seen[name] = _line(name_node)
        if name in names:
            yield name, node
        elif any(known.startswith(f"{name}.") for known in names):
            # The depth of the known names bounds this, so an alias to its own parent ends as an unknown name.
            yield from _entries(path, node, names, f"{name}.")
        else:
            raise _unknown(path, name_node, name, names)


def _unknown(path: Path, node: yaml.Node, name: str, names: Sequence[str]) -> UsageError:
    known = sorted({*names, *(known.rpartition(".")[0] for known in names)} - {""})
    nearest = get_close_matches(name, known, n=1)
    meant = f"; the nearest is '{nearest[0]}'" if nearest else ""
    return _wrong(path, node, f"sets '{name}', which is no setting{meant}")


def _value(path: Path, key: Key, node: yaml.Node) -> Value:
    if key.shape != "text":
        try:
            return value_of_node(key, node, path.parent)
        except WrongItem as error:
            raise _wrong(path, error.node, error.what) from error
    text = node.value if isinstance(node, yaml.ScalarNode) and not _is_empty(node) else ""
    try:
        return key.parse(text)
    except ValueError as error:
        raise _wrong(path, node, f"sets '{key.name}' to {_shown(node)}, but it has to be {error}") from error


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "nothing" if _is_empty(node) else f"'{node.value}'"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _wrong(path: Path, node: yaml.Node, what: str) -> UsageError:
    return UsageError(f"{path}:{_line(node)} {what}", hint="phoenix-dev config --help")
