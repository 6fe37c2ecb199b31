"""Values into queries: one function for each language, so that no value can become more than a value.

A lone surrogate, which no query can carry, becomes U+FFFD, as it did when the telemetry was received.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from phoenix_dev.model.quoted import quoted
from phoenix_dev.otlp.surrogates import without_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPECIAL_IN_REGEX = re.compile(r"[\\.+*?()|\[\]{}^$]")


def logql_text(value: str) -> str:
    """A text of LogQL, with its double quotes (Go's string literals)."""
    return quoted(value)


def promql_text(value: str) -> str:
    """A text of PromQL, with its double quotes; its escapes are those of Go too (Prometheus, "String literals")."""
    return quoted(value)


def regex_literal(value: str) -> str:
    """A pattern (RE2) that matches exactly this text; still to be put between quotes."""
    return _SPECIAL_IN_REGEX.sub(r"\\\g<0>", value)


def jaeger_tags(tags: Mapping[str, str]) -> str:
    """The parameter `tags` of Jaeger's search: a JSON object of texts, all of which must be borne."""
    return json.dumps({without_surrogates(key): without_surrogates(value) for key, value in tags.items()})


def path_segment(value: str) -> str:
    """One step of a URL's path; no slash, dot-dot or question mark in it has a meaning."""
    return quote(without_surrogates(value), safe="").replace(".", "%2E")
