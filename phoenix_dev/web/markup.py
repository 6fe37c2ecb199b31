"""Templates, and the one way into a page for any text: shown whole or cut, nothing hidden in it, escaped.

What a template prints passes `_printed` first and is escaped by Jinja then; nothing in a template may be marked safe.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from phoenix_dev import __version__
from phoenix_dev.model import moment, quantity
from phoenix_dev.model.again import again
from phoenix_dev.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"
#: The project that a command is about when it names none.
DEFAULT_PROJECT = "phoenix"
#: Characters of a text that a page shows on a line, and of one that it shows in full below it.
LINE = 400
BLOCK = 10_000
#: No text of a template is longer than that, whatever it is.
_MOST = 4_000


def page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template with its values, as an answer."""
    return HTMLResponse(fragment(name, **values), status)


def fragment(name: str, **values: Any) -> str:
    """A template with its values, as HTML."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    made.filters.update(
        cut=cut,
        block=block,
        data=data,
        duration=quantity.duration,
        size=quantity.size,
        clock=quantity.clock,
        day=quantity.day,
        count=quantity.count,
        rfc3339=moment.rfc3339,
        url=path_part,
        again=of_project,
    )
    made.globals.update(static=_static, version=__version__, query=query)
    return made


def _printed(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value if len(value) <= _MOST else cut(value, _MOST))


def cut(text: str, most: int = LINE) -> str:
    """At most so many characters of a text, the last of them `…` where there are more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def block(text: str, most: int = BLOCK) -> Markup:
    """A text of several lines, as HTML; its first `most` characters."""
    return escape(visible(text[:most], lines=True))


def data(value: object) -> Markup:
    """A value as JSON in an attribute, for page scripts. Whoever makes it has made its texts visible."""
    return escape(json.dumps(value, separators=(",", ":"), allow_nan=False))


def path_part(text: str) -> str:
    """A text as one part of a URL's path or as the value of a query."""
    return quote(text, safe="", errors="replace")


def query(values: Mapping[str, object] | None = None, /, **changes: object) -> str:
    """The query of a URL: `values` with `changes`, without what is empty or false."""
    merged = {**(values or {}), **changes}
    pairs = [(name, one) for name, given in merged.items() for one in (given if isinstance(given, list) else [given])]
    kept = [(name, "1" if one is True else one) for name, one in pairs if one not in ("", None, False)]
    return "?" + urlencode(kept, errors="replace") if kept else ""


def of_project(command: str, project: str) -> str:
    """A command line to copy: about this page's stack, whichever shell it is pasted into."""
    return again(command, {} if project == DEFAULT_PROJECT else {"project": project})


@cache
def _static(name: str) -> str:
    """The address of a static file, another one for another content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
