"""What is typed after `request`, read as curl's users mean it: method, URL, headers, body, and what is expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.exchange import Outgoing

    _Texts = click.ParamType[tuple[str, ...]]
else:
    _Texts = click.ParamType

#: What a method is made of (RFC 9110, section 9.1: a token), a header's name likewise.
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|xx)")
_HELP = "phoenix-dev request --help"


class Statuses(_Texts):
    """`200,404` or `2xx`, as a tuple of these."""

    name = "statuses"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Each in lower case; a usage error for what is no status."""
        if isinstance(value, tuple):
            return value
        found = tuple(part.strip().lower() for part in str(value).split(","))
        for one in found:
            if not _STATUS.fullmatch(one):
                self.fail(f"'{one}' is no status; write 200, 404 or 2xx.", param, ctx)
        return found


class SpanName(_Texts):
    """`SERVICE:NAME`, or `SERVICE` for any of its spans, as a pair; the first colon divides."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Service and name; a usage error without a service."""
        if isinstance(value, tuple):
            return value
        service, _, name = str(value).partition(":")
        if not service:
            self.fail(f"'{value}' names no service; write SERVICE:NAME.", param, ctx)
        return service, name


def outgoing_of(
    words: Sequence[str], given_method: str | None, given_headers: Sequence[str], data: str | None
) -> Outgoing:
    """The request that was typed. Raises UsageError for what is none."""
    from phoenix_dev.usecases.request import outgoing

    if len(words) > 2 or (len(words) == 2 and given_method):
        raise UsageError(f"request takes a method and a URL, not {' '.join(words)}", hint=_HELP)
    url = _url(words[-1])
    method = (words[0] if len(words) == 2 else given_method or ("GET" if data is None else "POST")).upper()
    if not _TOKEN.fullmatch(method):
        raise UsageError(f"'{method}' is no method; the method comes before the URL", hint=_HELP)
    headers = tuple(map(_header, given_headers))
    body = b"" if data is None else _read(data)
    if body and "content-type" not in {name.lower() for name, _ in headers}:
        headers += (("content-type", "application/json" if _is_json(body) else "application/x-www-form-urlencoded"),)
    return outgoing(method, url, headers, body)


def _url(text: str) -> str:
    from urllib.parse import urlsplit

    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or not url.isprintable():
        raise UsageError(f"'{text}' is no URL of a service: write http://localhost:8001/path", hint=_HELP)
    return url


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name.strip()) or set(value) & {"\r", "\n", "\0"}:
        raise UsageError(f"'{text}' is no header: it has to be 'name: value'", hint=_HELP)
    return name.strip(), value.strip()


def _read(data: str) -> bytes:
    import os
    import sys

    if data in ("-", "@-"):
        return sys.stdin.buffer.read()
    if not data.startswith("@"):
        return os.fsencode(data)
    try:
        with open(data[1:], "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"the body cannot be read from {data[1:]}: {error.strerror}", hint=_HELP) from error


def _is_json(body: bytes) -> bool:
    import json

    try:
        return isinstance(json.loads(body), (dict, list))
    except (ValueError, RecursionError):
        return False
