"""Documents as YAML that people read: in the order they were made, texts of several lines as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Lines are as long as what stands in them: a folded expression cannot be copied.
_NO_FOLDING = 1_000_000


def yaml_text(document: Mapping[str, Any], heading: str) -> str:
    """A document below a comment. A lone surrogate in a text, which YAML cannot carry, becomes U+FFFD."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        carried = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return dumper.represent_scalar("tag:yaml.org,2002:str", carried, style=_style(carried))

    Dumper.add_representer(str, text)
    written = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_NO_FOLDING)
    return f"# {heading}\n{written}"


def _style(text: str) -> str | None:
    """Lines as such. But YAML knows more ends of lines than one, which stay themselves between double quotes alone."""
    if not all(char.isprintable() or char == "\n" for char in text):
        return '"'
    return "|" if "\n" in text else None
