"""The routes of the real stack and those of the embedded runtime are the same, and know every label there is."""

from __future__ import annotations

from typing import Any

import yaml

from phoenix_dev.alerting.routes import GROUPED_BY, THINGS
from phoenix_dev.assets import assets_folder
from phoenix_dev.model.alert import CHANNEL_OF
from phoenix_dev.settings import Alerts

FOUND: Any = yaml.safe_load((assets_folder() / "compose" / "alertmanager" / "alertmanager.yml").read_text())


def test_each_severity_goes_to_its_channel() -> None:
    routes = {tuple(route["matchers"]): route["receiver"] for route in FOUND["route"]["routes"]}
    assert {f'severity="{severity}"': channel for severity, channel in CHANNEL_OF.items()} == {
        matcher: receiver for (matcher,), receiver in routes.items() if matcher.startswith("severity")
    }
    assert FOUND["route"]["group_by"] == list(GROUPED_BY)


def test_the_times_are_the_defaults_of_the_settings() -> None:
    for name in ("group_wait", "group_interval", "repeat_interval"):
        assert FOUND["route"][name] == getattr(Alerts(), name)


def test_inhibition_compares_the_same_labels() -> None:
    of_one_thing, of_all = FOUND["inhibit_rules"]
    assert of_one_thing["equal"] == ["alertname", *THINGS]
    assert of_all["source_matchers"] == ['severity="critical"', *(f'{label}=""' for label in THINGS)]
    assert of_all["equal"] == ["alertname"]
