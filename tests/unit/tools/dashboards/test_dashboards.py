"""The dashboards hold together: among themselves, with the code they come from and with the data sources."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from phoenix_dev.signals.catalogue import INDICATORS
from tests.grafana import (
    DASHBOARDS,
    ROOT,
    dashboards,
    data_sources,
    interpolated,
    links,
    pane,
    panels,
    texts,
    variables_in,
)
from tools.dashboards.catalogue import all_boards, write_all
from tools.dashboards.overview import PARTS

if TYPE_CHECKING:
    from pathlib import Path

ALL = dashboards()
#: Each dashboard and each panel with the name by which a failure tells of it. As a test each they would take minutes.
BOARDS = list(ALL.items())
PANELS = [(f"{board['title']}: {panel['title']}", panel) for board in ALL.values() for panel in panels(board)]
#: What Grafana itself defines, as the panels use it.
BUILT_IN = {"__rate_interval", "__range", "__auto", "__from", "__to", "__field", "__data"}
#: Pixels of a column of the grid in a window of 1280: 24 columns beside menu, scroll bar and margins.
COLUMN_PX = 50


def test_the_committed_files_are_what_the_code_builds(tmp_path: Path) -> None:
    folder = tmp_path / "dashboards"
    folder.mkdir()
    (folder / "gone.json").write_text("{}")
    write_all(folder)
    built = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    committed = {file.name: file.read_text("utf-8") for file in DASHBOARDS.glob("*.json")}
    assert committed == built, "run: python -m tools.dashboards"


def test_the_dashboards_are_these() -> None:
    assert {board["title"] for board in ALL.values()} == {
        "System Overview", "Service", "Business", "Infrastructure", "Service Health", "Logs",
    }  # fmt: skip


def test_every_alert_leads_to_a_dashboard_that_is_there() -> None:
    assert {indicator.dashboard for indicator in INDICATORS} <= {board["uid"] for board in ALL.values()}


def test_uids_and_titles_are_unique_and_valid() -> None:
    # A second of either makes Grafana keep all dashboards as they were.
    for key in ("uid", "title"):
        assert len({board[key] for board in ALL.values()}) == len(ALL)
    for board in ALL.values():
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", board["uid"])


def test_every_data_source_exists() -> None:
    for name, dashboard in BOARDS:
        kinds = {uid: source["type"] for uid, source in data_sources({}).items()}
        named = list(_data_sources_in(dashboard))
        assert named, name
        for reference in named:
            assert kinds[reference["uid"]] == reference["type"], name


def test_every_variable_is_defined() -> None:
    for name, dashboard in BOARDS:
        defined = [variable["name"] for variable in dashboard["templating"]["list"]]
        assert variables_in(dashboard["panels"]) <= BUILT_IN | set(defined), name
        for position, variable in enumerate(dashboard["templating"]["list"]):
            assert variables_in(variable["query"]) <= set(defined[:position]), "a variable may use those before it"
            assert variable["label"], name
            assert variable["description"], name


@pytest.mark.parametrize(
    ("file", "first", "then"),
    [("service.json", "service", "operation"), ("infrastructure.json", "host", "container")],
)
def test_what_can_be_chosen_depends_on_what_was_chosen_before(file: str, first: str, then: str) -> None:
    one, other = ALL[file]["templating"]["list"]
    assert (one["name"], other["name"]) == (first, then)
    assert variables_in(other["query"]) == {first}
    assert other["includeAll"]
    assert other["allValue"] == ".*"


def test_a_correlation_id_is_typed_and_nothing_typed_means_any() -> None:
    correlation = ALL["logs.json"]["templating"]["list"][0]
    assert (correlation["name"], correlation["type"], correlation["query"]) == ("correlation_id", "textbox", "")


def test_every_panel_says_what_it_shows() -> None:
    for name, panel in PANELS:
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], name
        assert defaults["noValue"], name
        assert panel["description"].endswith("."), name
        assert len(panel["description"]) > 20, name
        assert panel["targets"], name


def test_queries_of_a_panel_have_names_of_their_own() -> None:
    for name, panel in PANELS:
        names = [target["refId"] for target in panel["targets"]]
        assert len(set(names)) == len(names), name


def test_no_dollar_was_escaped_by_accident() -> None:
    for name, dashboard in BOARDS:
        # `$$` is how provisioning files write `$`; in a dashboard it would stand as it is.
        for text in texts(dashboard):
            assert "$$" not in text, name
            assert "%24" not in text, name


def test_panels_neither_overlap_nor_leave_gaps() -> None:
    for name, dashboard in BOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            cells = {
                (place["x"] + column, place["y"] + line) for column in range(place["w"]) for line in range(place["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells
        height = max(line for _, line in taken) + 1
        assert taken == {(column, line) for column in range(24) for line in range(height)}, name


def test_ids_are_unique_and_reading_goes_downwards() -> None:
    for name, dashboard in BOARDS:
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]), name
        places = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in dashboard["panels"]]
        assert all(before < after for before, after in pairwise(places)), name


def test_it_reads_well_in_a_window_of_1280_pixels() -> None:
    for name, panel in PANELS:
        width = panel["gridPos"]["w"] * COLUMN_PX
        assert width >= {"stat": 200}.get(panel["type"], 600), name
        assert panel["gridPos"]["h"] >= {"stat": 4}.get(panel["type"], 8), name
        if panel["type"] != "table" or not panel["fieldConfig"]["overrides"]:
            continue
        fixed = [_property(column, "custom.width") for column in panel["fieldConfig"]["overrides"]]
        needed = sum(180 if size is None else size for size in fixed)
        assert needed <= width, name
        assert None in fixed, "one column takes what is left"


def test_headings_that_links_read_are_there() -> None:
    for name, panel in PANELS:
        headings = {column["matcher"]["options"] for column in panel["fieldConfig"]["overrides"]}
        read = {heading for link in links(panel) for heading in re.findall(r"\$\{__data\.fields\.(\w+)", link["url"])}
        assert read <= headings, name


def test_links_lead_to_explore_or_to_a_dashboard_that_is_there() -> None:
    for name, dashboard in BOARDS:
        followed = [link for panel in panels(dashboard) for link in links(panel)]
        assert followed, name
        by_uid = {board["uid"]: board for board in ALL.values()}
        values = _Anything()
        for link in followed:
            address = urlsplit(interpolated(link["url"], values))
            if address.path == "/explore":
                assert pane(address.geturl()).source in data_sources({}), name
                continue
            uid = address.path.split("/")[2]
            variables = {variable["name"] for variable in by_uid[uid]["templating"]["list"]}
            given = {name.removeprefix("var-") for name in parse_qs(address.query) if name.startswith("var-")}
            assert given <= variables, name


def test_traces_and_logs_of_what_is_shown_are_a_click_away() -> None:
    for name, panel in PANELS:
        # Log records and traces lead on themselves; the parts of the stack send neither.
        if panel["type"] == "logs" or panel["targets"][0].get("queryType") == "search" or panel["title"] == "The stack":
            continue
        assert any(link["url"].startswith("/explore") for link in links(panel)), name


def test_durations_over_time_carry_exemplars() -> None:
    for name, panel in PANELS:
        of_spans = [target for target in panel["targets"] if "histogram_quantile" in target.get("expr", "")]
        if panel["type"] == "timeseries" and of_spans:
            assert any(target["exemplar"] for target in of_spans), name


def test_limits_of_alerts_are_drawn_where_they_are_crossed() -> None:
    for name, panel in PANELS:
        coloured = [
            step for step in panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", ()) if step["value"]
        ]
        if panel["type"] == "timeseries" and coloured:
            assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}, name


def test_the_overview_names_every_part_that_prometheus_asks() -> None:
    scraped = yaml.safe_load((ROOT / "compose" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert set(PARTS) == {job["job_name"] for job in scraped["scrape_configs"]}


def test_what_may_be_empty_says_why_and_is_the_exception() -> None:
    for board in all_boards():
        empty = [tile for tile in board.tiles if tile.may_be_empty]
        assert len(empty) <= len(board.tiles) / 2, board.title
        assert all(len(tile.may_be_empty) > 20 for tile in empty)


class _Anything(dict[str, str]):
    """A value for every variable: a time for those of time, for others one that an address has to encode."""

    def __missing__(self, name: str) -> str:
        return "1767323045000" if name in {"__from", "__to"} else f"'{name}' &# ü"


def _data_sources_in(value: Any) -> list[dict[str, str]]:
    found = []
    if isinstance(value, dict):
        if isinstance(value.get("datasource"), dict):
            found.append(value["datasource"])
        found += [reference for inner in value.values() for reference in _data_sources_in(inner)]
    elif isinstance(value, list):
        found += [reference for inner in value for reference in _data_sources_in(inner)]
    return found


def _property(column: dict[str, Any], name: str) -> Any:
    return next((given["value"] for given in column["properties"] if given["id"] == name), None)
