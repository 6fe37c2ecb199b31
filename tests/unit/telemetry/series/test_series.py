"""signals.db: what was written is read as series, after a restart, put together, thinned, and bounded."""

from __future__ import annotations

import tracemalloc
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.promql import allowance
from phoenix_dev.promql.matchers import Matcher
from phoenix_dev.stores.expressions import WrongExpression
from phoenix_dev.telemetry.series.alerts import EmbeddedAlertStore
from phoenix_dev.telemetry.series.frames import Frames, packed
from phoenix_dev.telemetry.series.newest import GROUP_WIDTH, Newest
from phoenix_dev.telemetry.series.past import Past
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.telemetry.series.upkeep import Upkeep
from phoenix_dev.telemetry.series.writer import KeptExemplar, SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phoenix_dev.telemetry.series.newest import Place

#: The beginning of an hour (Unix ms).
BEGIN = 1_800_000_000_000
STEP = 5_000
DAY = 86_400_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signals.db"


@pytest.fixture
def writer(path: Path) -> Iterator[SeriesWriter]:
    opened = SeriesWriter(path)
    yield opened
    opened.close()


def labels(name: str, **rest: str) -> dict[str, str]:
    return {"__name__": name, **rest}


def select(path: Path, name: str, since: int, until: int) -> dict[str, list[tuple[int, float]]]:
    """The samples of each series of a name, by its label `route`."""
    reader = EmbeddedSeries(path)
    streams = list(reader.select([Matcher("__name__", "=", name)], since, until))
    reader.close()
    assert len({stream.labels["route"] for stream in streams}) == len(streams)
    return {one.labels["route"]: list(zip(one.times_ms, one.values, strict=True)) for one in streams}


def count_up(writer: SeriesWriter, newest: Newest, place: Place, moments: int, begin: int = BEGIN) -> None:
    """A counter that is as many as there were moments before."""
    for moment in range(moments):
        at = begin + moment * STEP
        place.put(at, array("d", [float(moment)] * place.size))
        writer.add_frames(at, newest.groups)
        writer.commit(at, {})


def test_series_are_read_as_they_were_written_each_sample_once(path: Path, writer: SeriesWriter) -> None:
    _, newest = writer.newest()
    calls = newest.place(writer.numbers([labels("calls_total", route="/a")]))
    scraped = newest.place(writer.numbers([labels("calls_total", route="/b")]))
    for moment in range(6):  # the second is measured in every third moment, two seconds before it is written
        at = BEGIN + moment * STEP
        calls.put(at, array("d", [moment]))
        if moment % 3 == 0:
            scraped.put(at - 2_000, array("d", [moment]))
        writer.add_frames(at, newest.groups)
        writer.commit(at, {})
    found = select(path, "calls_total", BEGIN, BEGIN + 4 * STEP)
    assert found == {
        "/a": [(BEGIN + moment * STEP, moment) for moment in range(5)],
        "/b": [(BEGIN + 3 * STEP - 2_000, 3)],  # the first is older than what was asked for
    }


def test_what_is_too_much_is_refused_while_it_is_read_not_when_it_fills_the_memory(
    path: Path, writer: SeriesWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two million samples, 32 MB of them, where an evaluation may read a hundred thousand."""
    monkeypatch.setattr(allowance, "MOST_SAMPLES", 100_000)
    width, moments, rows = 500, 20, 200
    ids = writer.numbers([labels("wide", route=str(number)) for number in range(width)])
    writer.run("INSERT INTO layout (id, series) VALUES (1, ?)", [(array("I", ids).tobytes(),)])
    for row in range(rows):
        times = array("q", [BEGIN + (row * moments + moment) * STEP for moment in range(moments)])
        made = Frames(times, array("d", [1.0]) * (width * moments), array("i", [0]) * (width * moments))
        frame = (times[0], times[-1], moments, packed(made))
        writer.run("INSERT INTO frame (layout, stage, first, last, count, data) VALUES (1, 1, ?, ?, ?, ?)", [frame])
    writer.commit(times[-1], {})
    reader = EmbeddedSeries(path)
    matchers = [Matcher("__name__", "=", "wide")]
    within = list(reader.select(matchers, BEGIN, BEGIN + 199 * STEP))
    assert {len(stream.times_ms) for stream in within} == {200}
    tracemalloc.start()
    with pytest.raises(WrongExpression, match="reads more than 100,000 samples: fewer series, or a shorter time"):
        reader.select(matchers, BEGIN, BEGIN + rows * moments * STEP)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 24_000_000, "what is unpacked at once, and what was read till then"
    reader.close()


def test_a_series_ends_five_minutes_after_its_last_sample(path: Path, writer: SeriesWriter) -> None:
    _, newest = writer.newest()
    gone, goes_on = (newest.place(writer.numbers([labels("up", route=name)])) for name in "ab")
    gone.put(BEGIN, array("d", [1]))
    for minute in range(7):
        goes_on.put(BEGIN + minute * 60_000, array("d", [1]))
        writer.add_frames(BEGIN + minute * 60_000, newest.groups)
    writer.commit(BEGIN + 6 * 60_000, {})
    assert set(select(path, "up", BEGIN + 1, BEGIN + DAY)) == {"b"}
    _, restored = writer.newest()
    assert restored.place(writer.numbers([labels("up", route="b")])).time_ms == BEGIN + 6 * 60_000


def test_after_a_restart_all_goes_on_where_the_last_commit_left_it(path: Path, writer: SeriesWriter) -> None:
    _, newest = writer.newest()
    ids = writer.numbers([labels("calls_total", route="/a"), labels("calls_total", route="/b")])
    place = newest.place(ids)
    place.put(BEGIN, array("d", [3, 4]))
    writer.count("a key", ids)
    writer.add_frames(BEGIN, newest.groups)
    writer.commit(BEGIN, {"span": "17"})
    place.put(BEGIN + STEP, array("d", [5, 6]))
    writer.add_frames(BEGIN + STEP, newest.groups)
    writer.close()  # killed before it was committed

    again = SeriesWriter(path)
    last, restored = again.newest()
    assert (last, again.state()["span"], again.begun_anew) == (BEGIN, "17", "")
    ((key, kept),) = again.counters()
    found = restored.place(kept)
    assert (key, list(kept), list(found.values), found.time_ms) == ("a key", ids, [3, 4], BEGIN)
    assert found.group.layout  # a restart writes no new layout
    assert again.numbers([labels("calls_total", route="/b")]) == ids[1:]
    again.close()


def test_frames_are_put_together_thinned_and_give_the_same_rates(path: Path, writer: SeriesWriter) -> None:
    _, newest = writer.newest()
    place = newest.place(writer.numbers([labels("calls_total", route="/a")]))
    moments = 3 * 720  # three hours
    count_up(writer, newest, place, moments)
    whole = select(path, "calls_total", BEGIN, BEGIN + DAY)["/a"]
    assert len(whole) == moments
    upkeep = Upkeep(writer, 10**9, DAY)
    now = BEGIN + moments * STEP
    upkeep.tick(now)
    thin = select(path, "calls_total", BEGIN, BEGIN + DAY)["/a"]
    hour = now - 3_600_000
    assert [one for one in thin if one[0] >= hour] == [one for one in whole if one[0] >= hour]
    old = [one for one in thin if one[0] < hour]
    assert set(old) < set(whole)
    assert {later - earlier for (earlier, _), (later, _) in pairwise(old)} == {20_000}
    assert writer.db.execute("SELECT stage, count(*) FROM frame GROUP BY stage").fetchall() == [(1, 12), (2, 2)]
    upkeep.tick(now)
    assert select(path, "calls_total", BEGIN, BEGIN + DAY)["/a"] == thin


def test_the_file_keeps_to_its_age_and_size_and_forgets_what_only_pointed_to_the_removed(
    path: Path, writer: SeriesWriter
) -> None:
    _, newest = writer.newest()
    old = newest.place(writer.numbers([labels("calls_total", route=f"/old/{n}") for n in range(400)]))
    count_up(writer, newest, old, 60)
    newest.drop(old)
    new = newest.place(writer.numbers([labels("calls_total", route="/new")]))
    count_up(writer, newest, new, 60, BEGIN + DAY)
    Upkeep(writer, 10**9, DAY // 2).tick(BEGIN + DAY + 60 * STEP)
    Upkeep(writer, 10**9, DAY // 2).forget(newest)
    assert set(select(path, "calls_total", BEGIN, BEGIN + 2 * DAY)) == {"/new"}
    assert writer.db.execute("SELECT count(*) FROM series").fetchone() == (1,)
    Upkeep(writer, 0, DAY).tick(BEGIN + DAY + 60 * STEP)
    assert select(path, "calls_total", BEGIN, BEGIN + 2 * DAY) == {}


def test_many_series_stand_in_groups_and_what_is_dropped_makes_room() -> None:
    newest = Newest()
    places = [newest.place(range(16 * n, 16 * n + 16)) for n in range(100)]
    for number, place in enumerate(places):
        place.put(BEGIN, array("d", [float(number)] * 16))
    assert len(newest) == 1600
    assert all(len(group.ids) <= GROUP_WIDTH for group in newest.groups)
    for place in places[:50]:
        newest.drop(place)
    assert len(newest) == 800
    assert sum(len(group.ids) for group in newest.groups) < 1200
    for number, place in list(enumerate(places))[50:]:
        assert (list(place.ids), set(place.values), place.time_ms) == (
            list(range(16 * number, 16 * number + 16)),
            {float(number)},
            BEGIN,
        )


def test_exemplars_lead_from_a_series_to_a_trace(path: Path, writer: SeriesWriter) -> None:
    slow, fast = writer.numbers([labels("duration_bucket", route="/a", le=bound) for bound in ("1", "0.1")])
    writer.add_exemplars([KeptExemplar(slow, BEGIN, 0.7, bytes(15) + b"\x01")])
    writer.add_exemplars([KeptExemplar(fast, BEGIN + DAY, 0.05, bytes(15) + b"\x02")])
    writer.commit(BEGIN, {})
    (found,) = EmbeddedSeries(path).exemplars([Matcher("route", "=~", "/.*")], BEGIN, BEGIN)
    assert (found.value, found.trace_id, found.time_ns) == (0.7, f"{1:032x}", BEGIN * 10**6)
    assert found.labels == labels("duration_bucket", route="/a", le="1")


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0 and then nothing that makes sense" * 100, b"no store" * 999]
)
def test_a_file_that_cannot_be_gone_on_with_is_begun_anew(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    writer = SeriesWriter(path)
    assert bool(writer.begun_anew) is bool(content)
    writer.numbers([labels("up")])
    writer.commit(BEGIN, {})
    writer.close()
    again = SeriesWriter(path)
    again.db.execute("PRAGMA user_version = 99")
    again.close()
    with pytest.raises(NotReady, match="another version"):
        list(EmbeddedSeries(path).select([], 0, BEGIN))
    newer = SeriesWriter(path)
    assert newer.begun_anew == "it is of another version"
    newer.close()


def test_a_damaged_frame_is_left_out_and_the_file_is_looked_through_at_the_next_start(
    path: Path, writer: SeriesWriter
) -> None:
    _, newest = writer.newest()
    count_up(writer, newest, newest.place(writer.numbers([labels("calls_total", route="/a")])), 3)
    writer.db.execute("UPDATE frame SET data = x'00' WHERE first = ?", (BEGIN + STEP,))
    found = select(path, "calls_total", BEGIN, BEGIN + DAY)
    assert [time for time, _ in found["/a"]] == [BEGIN, BEGIN + 2 * STEP]
    assert path.with_name("signals.db.suspect").exists()


def test_right_after_the_engine_has_begun_there_is_nothing_yet(path: Path) -> None:
    store = path.with_name("telemetry.db")
    store.touch()
    for _ in range(2):
        assert not list(EmbeddedSeries(path, store).select([], 0, BEGIN))
        assert not list(EmbeddedSeries(path, store).exemplars([], 0, BEGIN))
        assert EmbeddedAlertStore(path, store).deliveries(0) == ()
        with pytest.raises(NotReady, match="some seconds"):
            EmbeddedAlertStore(path, store).rules()
        path.touch()  # it is just being made


def test_without_a_file_it_is_said_that_there_is_none(path: Path) -> None:
    with pytest.raises(NotReady, match="no series are kept yet"):
        list(EmbeddedSeries(path).select([], 0, BEGIN))


def test_what_came_late_stands_among_what_is_there(path: Path, writer: SeriesWriter) -> None:
    _, newest = writer.newest()
    place = newest.place(writer.numbers([labels("calls_total", route="/a")]))
    count_up(writer, newest, place, 4)
    past = Past()
    for late in (BEGIN - 3 * STEP, BEGIN + STEP + 1):
        past.add(place.ids, late, array("d", [0.5]))
    writer.add_past(past)
    writer.commit(BEGIN + 3 * STEP, {})
    found = select(path, "calls_total", BEGIN - DAY, BEGIN + DAY)["/a"]
    times = [BEGIN - 3 * STEP, BEGIN, BEGIN + STEP, BEGIN + STEP + 1, BEGIN + 2 * STEP, BEGIN + 3 * STEP]
    assert found == list(zip(times, (0.5, 0, 1, 0.5, 2, 3), strict=True))
    last, restored = writer.newest()
    assert (last, restored.place(place.ids).values[0]) == (BEGIN + 3 * STEP, 3)
