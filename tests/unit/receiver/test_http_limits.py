"""What is too large, compressed wrongly, or too much at once."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from phoenix_dev.otlp.malformed import Malformed
from phoenix_dev.receiver.inflate import MOST_MEMBERS, inflate
from phoenix_dev.receiver.limits import MOST_BYTES, TooLarge

from . import payloads
from .recording import JSON, PROTOBUF, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Receiver

GZIPPED = PROTOBUF | {"content-encoding": "gzip"}
MEBIBYTE = 1024 * 1024


def padded(size: int) -> bytes:
    """A valid export of exactly so many bytes: an unknown field is skipped."""
    body = b"\x7a" + _varint(size - 5) + bytes(size - 5)
    assert len(body) == size
    return body


def _varint(number: int) -> bytes:
    return bytes([number & 127 | 128, number >> 7 & 127 | 128, number >> 14 & 127 | 128, number >> 21])


def bomb(mebibytes: int) -> bytes:
    """Packed, each stands for itself, so that one can be repeated; nobody reads to the checksum, which is wrong."""
    packer = zlib.compressobj(9, wbits=31)
    first, more = (packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + more * (mebibytes - 1) + packer.flush()


def test_16_mebibytes_are_taken_and_one_byte_more_is_not(http: httpx.Client, receiver: Receiver) -> None:
    assert http.post("/v1/traces", content=padded(MOST_BYTES), headers=PROTOBUF).status_code == 200
    answer = http.post("/v1/traces", content=padded(MOST_BYTES + 1), headers=PROTOBUF)
    assert answer.status_code == 413
    assert Status.FromString(answer.content).message == "the body is 16777217 bytes, above the limit of 16777216"
    assert answer.headers["connection"] == "close"
    assert receiver.inbox.sizes == [MOST_BYTES]


def test_so_it_is_for_a_chunked_body(http: httpx.Client) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        whole = padded(size)
        return (whole[start : start + 100_000] for start in range(0, size, 100_000))

    assert http.post("/v1/traces", content=pieces(MOST_BYTES), headers=PROTOBUF).status_code == 200
    assert http.post("/v1/traces", content=pieces(MOST_BYTES + 1), headers=PROTOBUF).status_code == 413


def test_so_it_is_after_decompression(http: httpx.Client) -> None:
    fits, exceeds = gzip.compress(padded(MOST_BYTES)), gzip.compress(padded(MOST_BYTES + 1))
    assert http.post("/v1/traces", content=fits, headers=GZIPPED).status_code == 200
    answer = http.post("/v1/traces", content=exceeds, headers=GZIPPED)
    assert answer.status_code == 413
    assert "once decompressed" in Status.FromString(answer.content).message


def test_a_gzip_bomb_costs_no_memory(http: httpx.Client, receiver: Receiver) -> None:
    explosive = bomb(1024)
    before = psutil.Process().memory_info().rss
    for _ in range(3):
        assert http.post("/v1/traces", content=explosive, headers=GZIPPED).status_code == 413
    assert psutil.Process().memory_info().rss - before < 64 * MEBIBYTE
    assert [refusal.reason for refusal in receiver.refused()] == ["the body is above 16777216 bytes once decompressed"]


def test_inflating_never_holds_more_than_the_limit() -> None:
    explosive = bomb(200)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        inflate(explosive, MEBIBYTE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MEBIBYTE


def test_a_refused_giant_is_not_read_to_its_end(http: httpx.Client) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1000 * MEBIBYTE:
            sent += MEBIBYTE
            yield bytes(MEBIBYTE)

    answer = http.post("/v1/traces", content=endless(), headers=PROTOBUF)
    assert answer.status_code == 413
    assert sent < 200 * MEBIBYTE


def gzipped(pieces: list[bytes]) -> bytes:
    return b"".join(gzip.compress(piece) for piece in pieces)


def test_gzip_members_in_a_row_are_one_body() -> None:
    assert inflate(gzipped([b"one ", b"", b"two"]), 100) == b"one two"


def test_zero_padding_after_gzip_is_skipped() -> None:
    assert inflate(gzip.compress(b"one") + bytes(10), 100) == b"one"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"hello")[:-1], "the gzip body ends before its end mark: it was cut short"),
        (b"", "the gzip body ends before its end mark: it was cut short"),
        (b"hello", "the body is not valid gzip: incorrect header check"),
        (gzip.compress(b"hello")[:-8] + bytes(8), "the body is not valid gzip: incorrect data check"),
        (gzip.compress(b"hello") + b"more", "the gzip body has other bytes after its end mark"),
        (gzipped([b""] * (MOST_MEMBERS + 1)), f"the gzip body has more than {MOST_MEMBERS} members"),
    ],
)
def test_broken_gzip_says_what_is_wrong(http: httpx.Client, body: bytes, reason: str) -> None:
    answer = http.post("/v1/traces", content=body, headers=GZIPPED)
    assert answer.status_code == 400
    assert Status.FromString(answer.content).message == reason


@pytest.mark.parametrize("size", [1, 7, 100])
def test_pieces_of_any_size_inflate_to_the_same(size: int) -> None:
    from phoenix_dev.receiver.inflate import Inflater

    whole = os.urandom(500) + bytes(5000)
    packed = gzip.compress(whole) + gzip.compress(whole)
    inflater = Inflater(MEBIBYTE)
    pieces = [inflater.feed(packed[start : start + size]) for start in range(0, len(packed), size)]
    inflater.finish()
    assert b"".join(pieces) == whole * 2


def test_the_exact_limit_is_not_too_large() -> None:
    assert len(inflate(gzip.compress(bytes(1000)), 1000)) == 1000
    with pytest.raises(TooLarge):
        inflate(gzip.compress(bytes(1001)), 1000)
    with pytest.raises(Malformed):
        inflate(gzip.compress(bytes(1000))[:-2], 1000)


def test_what_waits_for_its_commit_is_bounded_and_given_back(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "slow"
    body = padded(12 * MEBIBYTE)
    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(http.post("/v1/traces", content=body, headers=PROTOBUF).status_code)
    )
    first.start()
    eventually(lambda: receiver.inbox.held)
    answer = http.post("/v1/traces", content=body, headers=PROTOBUF)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    receiver.inbox.commit_held()
    first.join(5)
    assert answers == [200]
    receiver.inbox.mood = "willing"
    assert http.post("/v1/traces", content=body, headers=PROTOBUF).status_code == 200


def test_what_a_refused_body_held_is_given_back(http: httpx.Client) -> None:
    body = padded(12 * MEBIBYTE)
    for _ in range(3):
        assert http.post("/v1/traces", content=body[:-1] + b"\xff" * 2, headers=PROTOBUF).status_code == 400
    assert http.post("/v1/traces", content=body, headers=PROTOBUF).status_code == 200


def test_a_sender_that_leaves_while_its_commit_is_awaited_does_no_harm(http: httpx.Client, receiver: Receiver) -> None:
    receiver.inbox.mood = "slow"
    body = padded(12 * MEBIBYTE)
    with pytest.raises(httpx.ReadTimeout):
        http.post("/v1/traces", content=body, headers=PROTOBUF, timeout=httpx.Timeout(5, read=0.05))
    eventually(lambda: receiver.inbox.held)
    receiver.inbox.commit_held()
    receiver.inbox.mood = "willing"
    eventually(lambda: http.post("/v1/traces", content=body, headers=PROTOBUF).status_code == 200)


def test_expecting_100_continue_a_giant_is_refused_before_it_is_sent(receiver: Receiver) -> None:
    from .raw import exchange

    head = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    answer = exchange(receiver.http_port, head + b"content-length: 99999999\r\nexpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_json_of_one_export_is_limited_alike(http: httpx.Client) -> None:
    body = payloads.otlp_json(payloads.traces())
    spaces = b" " * (MOST_BYTES - len(body))
    assert http.post("/v1/traces", content=body + spaces, headers=JSON).status_code == 200
    assert http.post("/v1/traces", content=body + spaces + b" ", headers=JSON).status_code == 413
