"""Settings that are more than a text: lists, mappings, paths. Read as nodes, for the line of what is wrong."""

from __future__ import annotations

import os
import re
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

import yaml

from phoenix_dev.settings.values import CheckEntry, RunEntry, ServiceEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from phoenix_dev.settings.keys import Key, Value
    from phoenix_dev.signals.indicator import Indicator
    from phoenix_dev.signals.tuning import Slo

#: Of what a list of mappings is made, and how it is written in a variable, by its shape.
_NOUNS = {"entries": "command", "services": "service", "checks": "check", "slos": "SLO", "indicators": "indicator"}
_EXAMPLES = {
    "entries": "[{name: api, command: python app.py}]",
    "services": "[{name: api, url: http://localhost:8001}]",
    "checks": "[{name: front page, url: http://localhost:8001/}]",
    "thresholds": "{cpu: {warning: 80%, critical: 95%}}",
    "slos": "[{name: answers, service: api, objective: 99.5%}]",
    "indicators": "[{name: queue_depth, expression: sum(depth), above: {warning: 100 for 5m}}]",
}
#: Scheme, host and port, and a path if there is one; no query, no user, nothing that hides.
_BASE_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!$->@-~]*)?")
_Named = TypeVar("_Named", bound="RunEntry | ServiceEntry | CheckEntry | Slo | Indicator")


class WrongItem(Exception):
    """A node that is not what it has to be; `what` follows the file and the line."""

    def __init__(self, node: yaml.Node, what: str) -> None:
        super().__init__(what)
        self.node = node
        self.what = what


def value_of_node(key: Key, node: yaml.Node, folder: Path) -> Value:
    """The value of a setting that is more than a text; what is relative in it is so to `folder`. Raises WrongItem."""
    if key.shape == "path":
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or "\0" in node.value:
            raise WrongItem(node, f"sets '{key.name}' to no path: it has to be the path of a file")
        return _placed(key, node.value, folder)
    if key.shape == "thresholds":
        from phoenix_dev.settings.indicators import thresholds

        return thresholds(node)
    if not isinstance(node, yaml.SequenceNode):
        raise WrongItem(node, f"sets '{key.name}' to no list: it has to be one, an item a line, as in '- item'")
    if key.shape in _NOUNS:
        read = _reader(key, folder)
        return _each_once(key, node, [read(item) for item in node.value])
    return tuple(_checked(key, item, folder) for item in node.value)


def value_of_text(key: Key, text: str, folder: Path) -> Value:
    """The same from a variable. Raises ValueError with what it has to be."""
    if key.shape == "path":
        return _placed(key, text, folder)
    if key.shape not in _EXAMPLES:
        texts = (item.strip() for item in text.split(","))
        return tuple(_placed(key, item, folder) for item in texts if item)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return ()
        return value_of_node(key, node, folder)
    except (yaml.YAMLError, WrongItem, RecursionError) as error:
        raise ValueError(f"in YAML's flow style, as in {_EXAMPLES[key.shape]}") from error


def _reader(key: Key, folder: Path) -> Callable[[yaml.Node], RunEntry | ServiceEntry | CheckEntry | Slo | Indicator]:
    """What reads an entry of a list of mappings."""
    if key.shape == "entries":
        return lambda item: _run_entry(item, folder)
    if key.shape == "services":
        return _service_entry
    if key.shape == "checks":
        from phoenix_dev.settings.checks import check_entry

        return check_entry
    from phoenix_dev.settings import indicators

    return indicators.slo if key.shape == "slos" else indicators.indicator


def _each_once(key: Key, node: yaml.SequenceNode, entries: Sequence[_Named]) -> tuple[_Named, ...]:
    names = [entry.name for entry in entries]
    for item, name in zip(node.value, names, strict=True):
        if names.count(name) > 1:
            raise WrongItem(item, f"sets '{key.name}' with two {_NOUNS[key.shape]}s of the name '{name}'")
    return tuple(entries)


def _checked(key: Key, item: yaml.Node, folder: Path) -> str:
    text = item.value if isinstance(item, yaml.ScalarNode) else ""
    try:
        key.parse(text)
    except ValueError as error:
        raise WrongItem(item, f"has an item of '{key.name}' that has to be {error}") from error
    return _placed(key, text, folder)


def _placed(key: Key, text: str, folder: Path) -> str:
    return os.path.normpath(folder / os.path.expanduser(text)) if key.shape in ("path", "paths") else text


def _run_entry(item: yaml.Node, folder: Path) -> RunEntry:
    found = fields_of(item, "run", "command", ("name", "command", "dir", "env"), needed=("name", "command"))
    return RunEntry(
        text_of(found["name"], "name"),
        _argv(found["command"]),
        os.path.normpath(folder / os.path.expanduser(text_of(found["dir"], "dir") if "dir" in found else ".")),
        _pairs(found["env"]) if "env" in found else (),
    )


def _service_entry(item: yaml.Node) -> ServiceEntry:
    found = fields_of(item, "services", "service", ("name", "url"), needed=("name", "url"))
    name, url = text_of(found["name"], "name", of="service"), text_of(found["url"], "url", of="service").rstrip("/")
    if not _BASE_URL.fullmatch(url):
        raise WrongItem(found["url"], f"sets 'url' of a service to '{url}', but it has to be as http://localhost:8001")
    return ServiceEntry(name, url)


def fields_of(
    item: yaml.Node, key: str, noun: str, known: tuple[str, ...], *, needed: tuple[str, ...]
) -> dict[str, yaml.Node]:
    """The values of a mapping by name. Raises WrongItem for an unknown name, and without one that is needed."""
    one = f"{'an' if noun[0] in 'aeioS' else 'a'} {noun}"
    if not isinstance(item, yaml.MappingNode):
        names = " and a ".join(f"'{name}'" for name in needed)
        raise WrongItem(item, f"lists under '{key}' what is no {noun}: each has a {names}")
    found: dict[str, yaml.Node] = {}
    for name_node, node in item.value:
        name = name_node.value if isinstance(name_node, yaml.ScalarNode) else "?"
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            meant = f"; the nearest is '{nearest[0]}'" if nearest else ""
            raise WrongItem(name_node, f"sets '{name}' of {one}, which is no setting{meant}")
        if name in found:
            raise WrongItem(name_node, f"sets '{name}' of {one} twice")
        found[name] = node
    for name in needed:
        if name not in found:
            raise WrongItem(item, f"lists {one} without a '{name}'")
    return found


def _argv(node: yaml.Node) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(text_of(word, "command") for word in node.value)
    try:
        words = tuple(shlex.split(text_of(node, "command")))
    except ValueError as error:
        raise WrongItem(node, f"sets 'command' to words that a shell would not take: {error}") from error
    return words


def _pairs(node: yaml.Node) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongItem(node, "sets 'env' to no variables: it has to be lines of the form 'NAME: value'")
    return tuple((text_of(name, "env"), text_of(value, "env", may_be_empty=True)) for name, value in node.value)


def text_of(node: yaml.Node, what: str, *, may_be_empty: bool = False, of: str = "command") -> str:
    """A text. Raises WrongItem for what is none, or is empty."""
    if not isinstance(node, yaml.ScalarNode) or not (node.value or may_be_empty) or "\0" in node.value:
        raise WrongItem(node, f"sets '{what}' of a {of} to what is no text")
    return str(node.value)
