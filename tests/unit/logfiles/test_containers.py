"""The output of a container: as the Docker engine sends it, each line once, whoever reads it and is killed when."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.logfiles.containers.entries import STDERR, STDOUT, Entry, Frames, Terminal
from phoenix_dev.logfiles.containers.follower import ContainerFollower
from phoenix_dev.logfiles.containers.position import ContainerPosition
from phoenix_dev.logfiles.missing import look_for_missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phoenix_dev.logfiles.containers.entries import Decoder
    from phoenix_dev.logfiles.containers.stream import End, LogStream

START = 1_767_323_045_000_000_000
PIECE = 16 * 1024


class Output:
    """What a Docker engine kept of a container, as one stream of it gives it: from a position on, piece by piece."""

    waits = False

    def __init__(self, entries: Iterable[Entry], since: str = "") -> None:
        seconds, _, fraction = since.partition(".")
        first = int(seconds) * 10**9 + int(fraction) if since else 0
        self.pieces: list[list[Entry] | End] = [[one] for one in entries if one.time_ns >= first]

    def take(self) -> list[Entry] | End:
        return self.pieces.pop(0) if self.pieces else []


def follower(output: Output, position: ContainerPosition) -> ContainerFollower:
    stream: LogStream = output  # type: ignore[assignment]
    return ContainerFollower(stream, position)


def stamp(time_ns: int) -> bytes:
    moment = datetime.fromtimestamp(time_ns // 10**9, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % 10**9:09}Z ".encode()


def framed(entry: Entry) -> bytes:
    data = stamp(entry.time_ns) + entry.data
    return struct.pack(">BxxxI", entry.stream, len(data)) + data


def on_a_terminal(line: bytes, time_ns: int) -> bytes:
    pieces = [line[at : at + PIECE] for at in range(0, len(line), PIECE)] or [b""]
    return b"".join(stamp(time_ns) + piece for piece in pieces) + b"\r\n"


def decoded(decoder: Decoder, data: bytes, cuts: list[int]) -> list[Entry]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    return [entry for piece in pieces for entry in decoder.feed(piece)] + list(decoder.rest())


CUTS = st.lists(st.integers(0, 10**6), max_size=6)
ENTRIES = st.builds(
    Entry,
    st.integers(0, 3).map(lambda later: START + later),
    st.sampled_from((STDOUT, STDERR)),
    st.sampled_from(
        (b"a\n", b"ERROR b\n", b"Traceback (most recent call last):\n", b'  File "a.py"\n', b"\n", b"half")
    ),
)


@given(st.lists(ENTRIES, max_size=12), CUTS)
def test_frames_are_found_however_they_arrive(entries: list[Entry], cuts: list[int]) -> None:
    assert decoded(Frames(), b"".join(map(framed, entries)), cuts) == entries


@given(st.lists(st.sampled_from((b"", b"a", b"2026-01-02T03:04:05Z b", b"c" * 40_000)), max_size=4), CUTS)
def test_lines_of_a_terminal_are_put_together(lines: list[bytes], cuts: list[int]) -> None:
    sent = b"".join(on_a_terminal(line, START) for line in lines)
    assert [entry.data.rstrip() for entry in decoded(Terminal(), sent, cuts)] == lines


@given(st.lists(ENTRIES, max_size=25), st.lists(st.integers(1, 8), max_size=5))
def test_each_line_is_read_once_though_readers_are_killed(entries: list[Entry], turns: list[int]) -> None:
    # As Docker writes them down: in the order of time.
    entries = sorted(entries, key=lambda entry: entry.time_ns)
    whole = follower(Output(entries), ContainerPosition("app"))
    expected = taken(whole, 25) + [(one.stream, one.text) for one in whole.rest()]
    position, found = ContainerPosition("app"), []
    for turn in [*turns, 25]:
        reader = follower(Output(entries, position.since), position)
        found += taken(reader, turn)
        position = ContainerPosition.from_text(reader.position.to_text()) or position
    found += [(one.stream, one.text) for one in reader.rest()]
    for stream in (STDOUT, STDERR):
        assert [text for one, text in found if one == stream] == [text for one, text in expected if one == stream]


def taken(reader: ContainerFollower, turns: int) -> list[tuple[int, str]]:
    return [(one.stream, one.text) for _ in range(turns) for one in reader.take()]


def test_a_stack_trace_is_one_record_though_the_other_stream_goes_on() -> None:
    lines = [(STDERR, b"ERROR failed"), (STDOUT, b"served 1"), (STDERR, b"Traceback (most recent call last):")]
    lines += [(STDOUT, b"served 2"), (STDERR, b'  File "a.py"'), (STDERR, b"KeyError: 1"), (STDERR, b"next")]
    reader = follower(
        Output(Entry(START + at, stream, line + b"\n") for at, (stream, line) in enumerate(lines)),
        ContainerPosition("app"),
    )
    found = taken(reader, len(lines))
    trace = 'ERROR failed\nTraceback (most recent call last):\n  File "a.py"\nKeyError: 1'
    assert found == [(STDERR, trace), (STDOUT, "served 1"), (STDOUT, "served 2"), (STDERR, "next")]
    assert reader.position.time_ns == START + len(lines) - 1


@pytest.mark.parametrize("text", ["", "{}", "[1]", '["a", "b", 1]'])
def test_what_is_no_position_is_none(text: str) -> None:
    assert ContainerPosition.from_text(text) is None


def test_a_container_that_has_been_gone_for_a_month_is_forgotten() -> None:
    known = {"old": ContainerPosition("app", START, 1), "new": ContainerPosition("app", START + 1, 1)}
    kept: dict[str, str] = {}
    for days in (0, 29, 30):
        look_for_missing(known, {"new"}, str, lambda _, told: kept.update(told), 1_800_000_000 + days * 86_400)
        assert ("old" in known) == (days < 30)
        assert ContainerPosition.from_text(kept["old"]) == known.get("old")
    assert kept == {"old": ""}
    assert known["new"] == ContainerPosition.from_text(f'["app", {START + 1}, 1]'), "one of an earlier version"
