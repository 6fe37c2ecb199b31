"""The data sources and Grafana's settings: they name what is there, and keep the dollars that Grafana shall see."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from phoenix_dev.runtime.compose.record import ComposeRecord
from tests.grafana import DASHBOARDS, DATA_SOURCES, FOLDER, ROOT, data_sources, expanded, texts

ENVIRONMENT = {"PHOENIX_DEV_URL_JAEGER": "http://127.0.0.1:16686"}
COMPOSE = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text("utf-8"))
GRAFANA = COMPOSE["services"]["grafana"]


def settings() -> dict[str, str]:
    lines = (ROOT / "compose" / "grafana" / "grafana.env").read_text("utf-8").split()
    return dict(line.split("=", 1) for line in lines)


def test_there_is_one_for_each_store_and_each_has_its_own_uid_and_name() -> None:
    listed = yaml.safe_load(DATA_SOURCES.read_text("utf-8"))["datasources"]
    assert [source["name"] for source in listed] == [
        "Prometheus",
        "Loki",
        "Jaeger",
        "Jaeger errors (30d)",
        "Alertmanager",
    ]
    assert len({source["uid"] for source in listed}) == len(listed)
    assert [source["name"] for source in listed if source.get("isDefault")] == ["Prometheus"]


def test_uids_are_valid_and_nobody_edits_what_the_next_start_resets() -> None:
    for uid, source in data_sources(ENVIRONMENT).items():
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid)
        assert source["editable"] is False


def test_every_address_is_a_part_of_the_stack() -> None:
    for source in data_sources(ENVIRONMENT).values():
        address = urlsplit(source["url"])
        assert address.scheme == "http"
        assert address.hostname in COMPOSE["services"]


def test_jaegers_addresses_are_those_it_listens_on() -> None:
    jaeger = yaml.safe_load((ROOT / "compose" / "jaeger" / "config.yaml").read_text("utf-8"))["extensions"]
    sources = data_sources(ENVIRONMENT)
    for uid, extension in (("jaeger", "jaeger_query"), ("jaeger-errors", "jaeger_query/errors")):
        port = jaeger[extension]["http"]["endpoint"].rsplit(":", 1)[1]
        assert sources[uid]["url"] == f"http://jaeger:{port}{jaeger[extension].get('base_path', '')}"


def test_correlations_lead_to_data_sources_that_are_there() -> None:
    sources = data_sources(ENVIRONMENT)
    targets = {uid: list(_targets(source["jsonData"])) for uid, source in sources.items()}
    for target in (target for led in targets.values() for target in led):
        assert target in sources
    assert set(targets["jaeger"]) == set(targets["jaeger-errors"]) == {"loki", "prometheus"}
    assert set(targets["loki"]) == {"jaeger", "loki"}
    assert set(targets["prometheus"]) >= {"jaeger"}


def test_a_dollar_is_escaped_or_a_variable_of_grafanas_environment() -> None:
    given = set(GRAFANA["environment"])
    for text in texts(yaml.safe_load(DATA_SOURCES.read_text("utf-8"))):
        for found in re.finditer(r"\$(\$|\{(\w+)\})?", text):
            assert found[1] == "$" or found[2] in given, text


def test_what_grafana_shall_replace_later_is_still_there_after_reading() -> None:
    sources = data_sources(ENVIRONMENT)
    fields = {field["name"]: field for field in sources["loki"]["jsonData"]["derivedFields"]}
    assert fields["Trace"]["url"] == "${__value.raw}"
    assert fields["Trace"]["matcherRegex"] == "^trace_id$"
    assert fields["Trace in Jaeger"]["url"] == "http://127.0.0.1:16686/trace/${__value.raw}"
    assert "${__span.traceId}" in sources["jaeger"]["jsonData"]["tracesToLogsV2"]["query"]


@pytest.mark.parametrize("uid", ["jaeger", "jaeger-errors"])
def test_a_trace_is_found_whatever_period_is_chosen(uid: str) -> None:
    assert data_sources(ENVIRONMENT)[uid]["jsonData"]["traceIdTimeParams"] == {"enabled": False}


def test_expansion_is_grafanas() -> None:
    assert expanded("$A ${A} $$A $${A.b} $missing.", {"A": "1"}) == "1 1 $A ${A.b} ."


def test_dashboards_are_read_where_they_are_mounted() -> None:
    (mount,) = (volume for volume in GRAFANA["volumes"] if volume.startswith("../provisioning"))
    source, target, mode = mount.split(":")
    assert (ROOT / "compose" / source).resolve() == FOLDER
    assert mode == "ro"
    assert settings()["GF_PATHS_PROVISIONING"] == target
    (provider,) = yaml.safe_load((DASHBOARDS / "provider.yaml").read_text("utf-8"))["providers"]
    assert provider["options"]["path"] == f"{target}/dashboards"
    home = settings()["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (FOLDER / home.removeprefix(f"{target}/")).is_file()


def test_who_comes_needs_no_login_may_explore_and_comes_from_this_machine() -> None:
    said = settings()
    assert said["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
    assert said["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Editor"
    assert said["GF_AUTH_BASIC_ENABLED"] == "false", "the administrator's first password is known to everyone"
    assert all(port.startswith("127.0.0.1:") for port in GRAFANA["ports"])


def test_grafana_goes_by_the_name_under_which_it_is_printed_and_by_no_other() -> None:
    said = GRAFANA["environment"]
    printed = urlsplit(ComposeRecord("1", {"grafana": 3000}).endpoints.grafana)
    linked = json.loads((ROOT / "compose" / "jaeger" / "ui.json").read_text("utf-8"))["linkPatterns"]
    assert said["GF_SERVER_ENFORCE_DOMAIN"] == "true"
    assert said["GF_SERVER_DOMAIN"] == printed.hostname
    assert urlsplit(said["GF_SERVER_ROOT_URL"]).hostname == printed.hostname
    assert {urlsplit(link["url"]).hostname for link in linked} == {printed.hostname}


def test_nothing_is_fetched_from_the_network() -> None:
    said = settings()
    for off in (
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
        "GF_NEWS_NEWS_FEED_ENABLED",
        "GF_PLUGINS_PREINSTALL_AUTO_UPDATE",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED",
    ):
        assert said[off] == "false"
    for on in (
        "GF_PLUGINS_PREINSTALL_DISABLED",
        "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED",
        "GF_SECURITY_DISABLE_GRAVATAR",
    ):
        assert said[on] == "true"


def _targets(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["datasourceUid"]] if "datasourceUid" in value else []
        return here + [target for inner in value.values() for target in _targets(inner)]
    if isinstance(value, list):
        return [target for inner in value for target in _targets(inner)]
    return []
