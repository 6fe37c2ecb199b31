"""What compose/ says about the profiles is what the rest of the product says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from phoenix_dev.render.waterfall.request import DECIDED_NS
from phoenix_dev.signals.tuning import CRITICAL_SERVICES

COMPOSE = Path(__file__).parents[4] / "compose"


def read(name: str) -> Any:
    return yaml.safe_load((COMPOSE / name).read_text(encoding="utf-8"))


def test_the_critical_services_of_who_names_none_are_the_same_everywhere() -> None:
    default = f"[{', '.join(CRITICAL_SERVICES)}]"
    environment = read("compose.yaml")["services"]["otel-collector"]["environment"]
    assert environment["PHOENIX_CRITICAL_SERVICES"] == f"${{PHOENIX_CRITICAL_SERVICES:-{default}}}"
    policies = read("otelcol/config.yaml")["processors"]["tail_sampling/production"]["policies"]
    (critical,) = (one["string_attribute"] for one in policies if one["type"] == "string_attribute")
    assert critical == {"key": "service.name", "values": f"${{env:PHOENIX_CRITICAL_SERVICES:-{default}}}"}


def test_nothing_is_called_not_sampled_before_it_is_decided_upon() -> None:
    sampling = read("otelcol/config.yaml")["processors"]["tail_sampling/production"]
    assert sampling["decision_wait"] == f"{DECIDED_NS // 10**9}s"


def test_span_metrics_count_before_anything_is_sampled_and_nothing_waits_in_development() -> None:
    pipelines = read("otelcol/config.yaml")["service"]["pipelines"]
    assert "spanmetrics" in pipelines["traces"]["exporters"]
    waiting = {name for name, one in pipelines.items() if any("sampling" in part for part in one.get("processors", ()))}
    assert waiting == {"traces/production", "traces/beside_errors"}
    assert pipelines["traces/development"] == {"receivers": ["routing/profile"], "exporters": ["otlp_grpc/normal"]}
