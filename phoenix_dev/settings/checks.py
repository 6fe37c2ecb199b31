"""The setting `checks`: requests that are sent again and again, and what is expected of their answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from phoenix_dev.settings.lists import WrongItem, fields_of, text_of
from phoenix_dev.settings.units import duration_in_ns
from phoenix_dev.settings.values import CheckEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELDS = (
    "name",
    "service",
    "url",
    "path",
    "method",
    "headers",
    "body",
    "expect_status",
    "expect_body",
    "max_duration",
    "interval",
)
#: Scheme, host, port, path and query; no user, no fragment, nothing that hides.
_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!\"$-~]*)?")
_PATH = re.compile(r"/[!\"$-~]*")
#: What a method and a header's name are made of (RFC 9110, 5.6.2), and what a header's value may hold (5.5).
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t -~]*")
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|xx)")
_SECOND = 10**9
#: Longer than any answer may take nobody waits; and what is asked more rarely would not be known any more (Prometheus
#: forgets a value after five minutes).
_LONGEST, _RAREST = 60 * _SECOND, 240 * _SECOND
_LONGEST_NAME = 100


def check_entry(item: yaml.Node) -> CheckEntry:
    """One check. Raises WrongItem."""
    found = fields_of(item, "checks", "check", _FIELDS, needed=("name",))
    texts = {name: text_of(node, name, of="check") for name, node in found.items() if name in _PLAIN}
    if ("service" in found) == ("url" in found):
        raise WrongItem(item, "lists a check that needs either a 'service' of the list 'services' or a 'url'")
    _expect(found, texts, "name", texts["name"].isprintable() and len(texts["name"]) <= _LONGEST_NAME, "printable")
    _expect(found, texts, "url", _URL.fullmatch(texts.get("url", "http://a")), "as http://localhost:8001/path")
    _expect(found, texts, "path", _PATH.fullmatch(texts.get("path", "/")), "as /path")
    _expect(found, texts, "method", _TOKEN.fullmatch(texts.get("method", "GET")), "as GET or POST")
    body = text_of(found["body"], "body", of="check", may_be_empty=True) if "body" in found else ""
    return CheckEntry(
        name=texts["name"],
        service=texts.get("service", ""),
        url=texts.get("url", ""),
        path=texts.get("path", ""),
        method=texts.get("method", "POST" if body else "GET").upper(),
        headers=_headers(found["headers"]) if "headers" in found else (),
        body=body,
        expect_status=_statuses(found["expect_status"]) if "expect_status" in found else ("2xx",),
        expect_body=text_of(found["expect_body"], "expect_body", of="check") if "expect_body" in found else "",
        max_duration_ns=_duration(found, texts, "max_duration", "5s", 10**6, _LONGEST, "from 1ms to 60s"),
        interval_ns=_duration(found, texts, "interval", "15s", _SECOND, _RAREST, "from 1s to 4m"),
    )


_PLAIN = {"name", "service", "url", "path", "method", "max_duration", "interval"}


def _expect(found: dict[str, yaml.Node], texts: dict[str, str], name: str, right: object, what: str) -> None:
    if not right:
        raise WrongItem(found[name], f"sets '{name}' of a check to '{texts[name]}', but it has to be {what}")


def _duration(
    found: dict[str, yaml.Node], texts: dict[str, str], name: str, default: str, least: int, most: int, what: str
) -> int:
    length = duration_in_ns(texts.get(name, default))
    right = length is not None and least <= length <= most
    _expect(found, texts, name, right, f"a duration {what}, as in 500ms, 15s or 2m")
    assert length is not None, "else it would not have been right"
    return length


def _statuses(node: yaml.Node) -> tuple[str, ...]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    texts = [text_of(item, "expect_status", of="check") for item in items]
    statuses = tuple(part.strip().lower() for text in texts for part in text.split(","))
    if not statuses or not all(map(_STATUS.fullmatch, statuses)):
        raise WrongItem(
            node, f"sets 'expect_status' of a check to '{', '.join(texts)}', but it has to be as 200, 2xx or [200, 404]"
        )
    return statuses


def _headers(node: yaml.Node) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongItem(node, "sets 'headers' to no headers: it has to be lines of the form 'name: value'")
    return tuple(_header(name, value) for name, value in node.value)


def _header(name: yaml.Node, value: yaml.Node) -> tuple[str, str]:
    pair = text_of(name, "headers", of="check"), text_of(value, "headers", of="check", may_be_empty=True)
    if not _TOKEN.fullmatch(pair[0]) or not _VALUE.fullmatch(pair[1]):
        raise WrongItem(name, f"sets a header '{pair[0]}' of a check that HTTP does not know")
    return pair


def placed(checks: Iterable[CheckEntry], services: dict[str, str]) -> tuple[CheckEntry, ...]:
    """The checks with whole URLs, by the base URLs of services. Raises ValueError naming a service that is none."""
    return tuple(_placed(check, services) for check in checks)


def _placed(check: CheckEntry, services: dict[str, str]) -> CheckEntry:
    from dataclasses import replace
    from difflib import get_close_matches

    if check.service and check.service not in services:
        nearest = get_close_matches(check.service, services, n=1)
        meant = f"; the nearest is '{nearest[0]}'" if nearest else ""
        what = f"has a check '{check.name}' of the service '{check.service}', which 'services' does not list{meant}"
        raise ValueError(what)
    base = services[check.service] if check.service else check.url
    return replace(check, url=base.rstrip("/") + check.path if check.path else base)
