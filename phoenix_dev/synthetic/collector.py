"""Checks, and the health endpoints of services, for the httpcheck receiver of the infrastructure collector.

The receiver tells targets apart by their URL alone, so each check has one of its own, and a transform processor gives
its metrics the name of the check, makes of the status whether it is one that is expected, and drops the error's text,
which is another one with every port. What takes too long is an error to the receiver too: that is its timeout. It does
not look at an empty body at all, so a body counts as wrong a millisecond before what is found of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.health import ENDPOINTS
from phoenix_dev.synthetic.measured import ANSWER, BODY, EXPECTED, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phoenix_dev.synthetic.check import Check

HEALTH = "phoenix.health.status"
#: How often health endpoints are asked, and how long one may take.
_HEALTH_INTERVAL, _HEALTH_TIMEOUT = "15s", "2s"
_PASSED, _FAILED = "httpcheck.validation.passed", "httpcheck.validation.failed"
#: A state that becomes one of those of `EXPECTED` in the end.
_NO_BODY = f"{EXPECTED}.body"
_VALIDATED = 'IsMatch(metric.name, "^httpcheck.validation")'


def collector_config(checks: Sequence[Check], services: Iterable[tuple[str, str]], source: str = "") -> bytes:
    """What the infrastructure collector reads after its own configuration: YAML, in the form of JSON.

    `services` are names with base URLs. `source` tells what stands in one such file from what stands in another.
    """
    of = f"_{source}" if source else ""
    receivers: dict[str, Any] = {}
    processors: dict[str, Any] = {}
    for number, check in enumerate(checks, 1):
        receivers[f"httpcheck/check_{number}"] = _check_receiver(check)
        processors[f"transform/check_{number}"] = _check_processor(check)
    for number, (name, url) in enumerate(services, 1):
        receivers[f"httpcheck/health{of}_{number}"] = _health_receiver(url)
        processors[f"transform/health{of}_{number}"] = _health_processor(name, url)
    pipelines = {
        f"metrics/{receiver.partition('/')[2]}": {
            "receivers": [receiver],
            "processors": ["memory_limiter", processor],
            "exporters": ["otlp_http"],
        }
        for receiver, processor in zip(receivers, processors, strict=True)
    }
    found = {"receivers": receivers, "processors": processors, "service": {"pipelines": pipelines}}
    # Within a text of the collector's configuration $ begins a variable.
    return json.dumps(found, indent=1).replace("$", "$$").encode()


def _check_receiver(check: Check) -> dict[str, Any]:
    target: dict[str, Any] = {
        "endpoint": check.url,
        "method": check.method,
        "headers": dict(check.headers),
        "timeout": f"{check.max_duration_ns}ns",
    }
    if check.body:
        target["body"] = check.body
    if check.contains:
        target["validations"] = [{"contains": check.contains}]
    return {
        "collection_interval": f"{check.interval_ns}ns",
        "initial_delay": "1s",
        "metrics": {_PASSED: {"enabled": True}, _FAILED: {"enabled": True}},
        "targets": [target],
    }


def _check_processor(check: Check) -> dict[str, Any]:
    is_expected, is_nothing = f'metric.name == "{EXPECTED}"', f'metric.name == "{_NO_BODY}"'
    return _transform(
        check.owner,
        [EXPECTED, *([_NO_BODY] if check.contains else [])],
        [
            f'set(datapoint.attributes["check"], {_text(check.name)})',
            f'set(datapoint.attributes["http.url"], {_text(check.shown_url)})',
            f"set(datapoint.value_int, 0) where {is_expected}",
            f"set(datapoint.value_int, 1) where {is_expected} and {_expected_status(check.statuses)}",
            f'set(datapoint.attributes["expectation"], "{ANSWER}") where {is_expected}',
            f'set(datapoint.value_int, 0) where metric.name == "{_FAILED}"',
            f'set(datapoint.attributes["expectation"], "{BODY}") where {_VALIDATED}',
            f"set(datapoint.value_int, 0) where {is_nothing}",
            f"set(datapoint.time_unix_nano, datapoint.time_unix_nano - 1000000) where {is_nothing}",
            f'set(datapoint.attributes["expectation"], "{BODY}") where {is_nothing}',
            'keep_keys(datapoint.attributes, ["check", "expectation"]) where '
            f"{is_expected} or {is_nothing} or {_VALIDATED}",
        ],
        [
            f'aggregate_on_attributes("max", ["check", "expectation"]) where {is_expected} or {is_nothing}',
            f'set(metric.unit, "") where {_VALIDATED}',
            f'set(metric.name, "{EXPECTED}") where {is_nothing} or {_VALIDATED}',
        ],
    )


def _health_receiver(url: str) -> dict[str, Any]:
    targets = [{"endpoint": _endpoint(url, name), "timeout": _HEALTH_TIMEOUT} for name in ENDPOINTS]
    return {"collection_interval": _HEALTH_INTERVAL, "initial_delay": "1s", "targets": targets}


def _health_processor(name: str, url: str) -> dict[str, Any]:
    is_health = f'metric.name == "{HEALTH}"'
    which = [
        f'set(datapoint.attributes["endpoint"], "{one}") where datapoint.attributes["http.url"] == '
        + _text(_endpoint(url, one))
        for one in ENDPOINTS
    ]
    return _transform(
        name,
        [HEALTH],
        [
            *which,
            f"set(datapoint.value_int, 0) where {is_health}",
            f'set(datapoint.value_int, 1) where {is_health} and datapoint.attributes["http.status_code"] == 200',
            f'keep_keys(datapoint.attributes, ["endpoint"]) where {is_health}',
        ],
        [f'aggregate_on_attributes("max", ["endpoint"]) where {is_health}'],
    )


def _transform(service: str, states: list[str], points: list[str], metrics: list[str]) -> dict[str, Any]:
    """Of a service, with copies of the receiver's status of which these statements make states of ours."""
    description = "1 if all was as expected, otherwise 0."
    copies = [
        f'copy_metric(name="{one}", description="{description}", unit="") where metric.name == "{STATUS}"'
        for one in states
    ]
    return {
        "error_mode": "ignore",
        "metric_statements": [
            {"context": "resource", "statements": [f'set(resource.attributes["service.name"], {_text(service)})']},
            {"context": "metric", "statements": copies},
            {
                "context": "datapoint",
                "statements": ['delete_key(datapoint.attributes, "error.message")', *points],
            },
            {"context": "metric", "statements": metrics},
        ],
    }


def _endpoint(url: str, name: str) -> str:
    return f"{url}/health/{name}"


def _expected_status(statuses: Iterable[str]) -> str:
    code = 'datapoint.attributes["http.status_code"]'
    ranges = [
        f"({code} >= {one[0]}00 and {code} < {int(one[0]) + 1}00)" if one.endswith("xx") else f"{code} == {one}"
        for one in statuses
    ]
    return f"{code} != nil and ({' or '.join(ranges)})"


def _text(text: str) -> str:
    """A text of the transformation language, which spells it as JSON does."""
    return json.dumps(text, ensure_ascii=False)
