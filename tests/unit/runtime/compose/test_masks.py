"""The collector masks by the list that everyone masks by."""

from __future__ import annotations

import re

import yaml

from phoenix_dev.model.secrets import MASKS
from tests.grafana import ROOT

_STATEMENT = re.compile(r'replace_all_patterns\(attributes, "value", "((?:[^"\\]|\\.)*)", "([^"]*)"\)')


def test_the_collector_masks_the_secrets_that_we_know() -> None:
    settings = yaml.safe_load((ROOT / "compose" / "otelcol" / "config.yaml").read_text("utf-8"))
    masks = settings["processors"]["transform/secrets"]["trace_statements"][0]["statements"]
    found = []
    for statement in masks:
        parts = _STATEMENT.fullmatch(statement)
        assert parts, statement
        # OTTL's texts have escapes; the collector reads `$$` as one dollar, and Go `${1}` as what Python calls `\\1`.
        found.append((re.sub(r"\\(.)", r"\1", parts[1]).replace("$$", "$"), parts[2].replace("$${1}", r"\1")))
    assert tuple(found) == MASKS
