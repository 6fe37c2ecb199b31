"""Images are pulled through a Docker engine that may fall silent, break off or say no."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.docker_engine import DockerEngine
from phoenix_dev.runtime.compose.images import fetch
from phoenix_dev.runtime.compose.parts import PARTS
from phoenix_dev.runtime.protocol import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

CORE = next(part for part in PARTS if part.core)
OPTIONAL = next(part for part in PARTS if not part.core)
LAYER = {"status": "Downloading", "id": "a1", "progressDetail": {"current": 3, "total": 7}}
DONE = {"status": "Pull complete", "id": "a1", "progressDetail": {}}


def events(handler: BaseHTTPRequestHandler, *said: Mapping[str, object]) -> None:
    """The head of the answer to a pull, and these events in it."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for event in said:
        line = json.dumps(event).encode() + b"\r\n"
        handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")


def ends(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"0\r\n\r\n")


@contextmanager
def engine(pull: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[DockerEngine]:
    """A Docker engine that has no image; `pull` answers who wants one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = self.path == "/version"
            body = json.dumps({"ApiVersion": "1.41", "MinAPIVersion": "1.12"} if known else {"message": "no"}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.close_connection = True
            pull(self)

        def log_message(self, format: str, *_: object) -> None: ...  # noqa: A002 - the name it has there

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield DockerEngine(f"tcp://127.0.0.1:{server.server_port}", "a test")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Heard(Silence):
    """What a listener hears."""

    sizes: list[tuple[int, int]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def pulling(self, image: str, done_bytes: int, total_bytes: int) -> None:
        self.sizes.append((done_bytes, total_bytes))

    def pulled(self, image: str) -> None:
        self.whole.append(image)


@pytest.fixture(autouse=True)
def _nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def test_what_is_missing_is_pulled_and_told_as_it_comes() -> None:
    def pull(asked: BaseHTTPRequestHandler) -> None:
        events(asked, LAYER, DONE)
        ends(asked)

    heard = Heard()
    with engine(pull) as there:
        assert fetch(there, [CORE], "", heard) == {}
    assert heard.sizes == [(0, 0), (3, 7), (7, 7)]
    assert heard.whole == [CORE.image_from("")]


@pytest.mark.parametrize("said", [(), (LAYER,)], ids=["from the start", "midway"])
def test_a_registry_that_falls_silent_is_given_up(said: tuple[Mapping[str, object], ...]) -> None:
    over = threading.Event()

    def pull(asked: BaseHTTPRequestHandler) -> None:
        if said:
            events(asked, *said)
        over.wait(20)

    begun = time.monotonic()
    with engine(pull) as there:
        try:
            with pytest.raises(NotReady, match=r"nothing was heard of it for 0\.2 s; the setting images\.registry"):
                fetch(there, [CORE], "", Silence(), silence_s=0.2)
        finally:
            over.set()
    assert time.monotonic() - begun < 10


def test_an_engine_that_breaks_off_has_pulled_nothing() -> None:
    heard = Heard()
    with engine(lambda asked: events(asked, LAYER)) as there:
        why = fetch(there, [OPTIONAL], "", heard)
    assert "cannot be pulled: the Docker engine broke off" in why[OPTIONAL.name]
    assert not heard.whole


def test_an_engine_that_talks_nonsense_has_pulled_nothing() -> None:
    def pull(asked: BaseHTTPRequestHandler) -> None:
        events(asked)
        asked.wfile.write(b"5\r\n[[[[[\r\n")
        ends(asked)

    with engine(pull) as there:
        assert "cannot be pulled: StreamParseError" in fetch(there, [OPTIONAL], "", Silence())[OPTIONAL.name]


def test_the_words_of_a_registry_that_says_no_are_told() -> None:
    def pull(asked: BaseHTTPRequestHandler) -> None:
        events(asked, {"error": "manifest unknown:\n not here."})
        ends(asked)

    with engine(pull) as there, pytest.raises(NotReady, match="cannot be pulled: manifest unknown: not here; the"):
        fetch(there, [CORE], "", Silence())


def test_an_image_that_a_core_part_shares_cannot_be_done_without() -> None:
    optional = replace(OPTIONAL, image=CORE.image)
    with engine(lambda asked: events(asked, LAYER)) as there, pytest.raises(NotReady, match=f"of {CORE.title} "):
        fetch(there, [CORE, optional], "", Silence())
