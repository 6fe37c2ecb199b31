"""The files that Grafana reads, and what it does with them: it puts variables in and resolves links."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "provisioning" / "grafana"
DASHBOARDS = FOLDER / "dashboards"
DATA_SOURCES = FOLDER / "datasources" / "stack.yaml"

#: ${NAME}, ${NAME.field:format}, $NAME; what Grafana knows as a variable.
_VARIABLE = re.compile(r"\$\{(?P<braced>\w+)(?P<path>\.[^:}]+)?(?::(?P<format>\w+))?\}|\$(?P<plain>\w+)")
#: Variables of a provisioning file.
_ENVIRONMENT = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def dashboards() -> dict[str, dict[str, Any]]:
    """Each committed dashboard, by the name of its file."""
    return {file.name: json.loads(file.read_text("utf-8")) for file in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Its panels, without the rows that head them."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def data_sources(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The data sources as Grafana has read them, by uid."""
    document = yaml.safe_load(DATA_SOURCES.read_text("utf-8"))
    return {source["uid"]: source for source in expanded(document, environment)["datasources"]}


def expanded(value: Any, environment: Mapping[str, str]) -> Any:
    """A value of a provisioning file with the environment's variables in it: $$ is $, what is not set is nothing."""
    if isinstance(value, dict):
        return {key: expanded(inner, environment) for key, inner in value.items()}
    if isinstance(value, list):
        return [expanded(inner, environment) for inner in value]
    if not isinstance(value, str):
        return value
    return "$".join(
        _ENVIRONMENT.sub(lambda found: environment.get(found[1] or found[2], ""), part) for part in value.split("$$")
    )


def interpolated(text: str, values: Mapping[str, str]) -> str:
    """A query or link with the values of its variables, given by full name (`__data.fields.Service`).

    Raises KeyError for a variable that nobody gave: Grafana would show it as it stands.
    """

    def value_of(found: re.Match[str]) -> str:
        name = (found["braced"] or found["plain"]) + (found["path"] or "")
        return _formatted(values[name], found["format"])

    return _VARIABLE.sub(value_of, text)


def variables_in(value: Any) -> set[str]:
    """The names of all variables in a part of a dashboard, without what follows a dot."""
    return {found["braced"] or found["plain"] for text in texts(value) for found in _VARIABLE.finditer(text)}


def texts(value: Any) -> Iterator[str]:
    """All texts in a document, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def links(panel: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The links that a click on a panel's data offers: of all its data, and of single columns."""
    found = list(panel["fieldConfig"]["defaults"].get("links", []))
    for override in panel["fieldConfig"]["overrides"]:
        for given in override["properties"]:
            found += given["value"] if given["id"] == "links" else []
    return found


@dataclass(frozen=True)
class Pane:
    """What a link to Explore opens: a data source's uid, its queries, from and to in milliseconds or relative."""

    source: str
    queries: list[dict[str, Any]]
    start: str
    end: str


def pane(url: str) -> Pane:
    """What Explore reads from an address; a variable in it must have been replaced."""
    parameters = parse_qs(urlsplit(url).query, strict_parsing=True)
    (opened,) = json.loads(parameters["panes"][0]).values()
    assert parameters["schemaVersion"] == ["1"]
    return Pane(opened["datasource"], opened["queries"], opened["range"]["from"], opened["range"]["to"])


def _formatted(value: str, how: str | None) -> str:
    match how:
        case None | "raw" | "text":
            return value
        case "percentencode":
            return quote(value, safe="")
        case "regex":
            return re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value)
        case "doublequote":
            return '"' + value.replace('"', '\\"') + '"'
    raise KeyError(how)
