"""Which Docker engine is meant, and whether it answers in time."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.docker_engine import PROBE_S, DockerEngine, resolve_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def docker_config(folder: Path, current: str, contexts: dict[str, str]) -> dict[str, str]:
    """An environment whose docker configuration has these contexts, with the addresses of their engines."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"currentContext": current}))
    for name, url in contexts.items():
        meta = folder / "contexts" / "meta" / sha256(name.encode()).hexdigest() / "meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": url}}}))
    return {"DOCKER_CONFIG": str(folder)}


@contextmanager
def engine_that_answers(path: Path, answer: bytes | None) -> Iterator[DockerEngine]:
    """Something that listens on a socket; it says `answer` to whatever it is asked, or nothing at all."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        held: list[socket.socket] = []

        def serve() -> None:
            try:
                while True:
                    asking, _ = listening.accept()
                    held.append(asking)
                    if answer is not None:
                        asking.recv(65536)
                        asking.sendall(answer)
                        asking.close()
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield DockerEngine(f"unix://{path}", "a test")
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in held:
                one.close()


def http(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def test_docker_host_decides_before_any_context(tmp_path: Path) -> None:
    given = docker_config(tmp_path / "docker", "rootless", {"rootless": "unix:///run/user/1/docker.sock"})
    assert resolve_engine({**given, "DOCKER_HOST": "unix:///here.sock"}) == DockerEngine(
        "unix:///here.sock", "DOCKER_HOST"
    )


def test_docker_context_decides_before_the_current_one(tmp_path: Path) -> None:
    contexts = {"a": "unix:///a.sock", "b": "unix:///b.sock"}
    given = docker_config(tmp_path / "docker", "a", contexts)
    assert resolve_engine(given).url == "unix:///a.sock"
    assert resolve_engine({**given, "DOCKER_CONTEXT": "b"}).url == "unix:///b.sock"
    assert resolve_engine({**given, "DOCKER_CONTEXT": "default"}).url == "unix:///var/run/docker.sock"


def test_without_a_configuration_it_is_the_default_socket(tmp_path: Path) -> None:
    assert resolve_engine({"HOME": str(tmp_path)}).url == "unix:///var/run/docker.sock"


def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    given = docker_config(tmp_path / "docker", "gone", {})
    with pytest.raises(NotReady) as caught:
        resolve_engine(given)
    assert "the Docker context 'gone'" in caught.value.message
    assert caught.value.hint == "docker context ls"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ssh://me@far.example", "is not an engine of this machine"),
        ("tcp://far.example:2375", "is not an engine of this machine"),
        ("npipe:////./pipe/docker", "has an address of an unknown kind"),
        ("unix:///nowhere/docker.sock", "does not answer (no such file or directory)"),
        ("tcp://127.0.0.1:1", "does not answer (connection refused)"),
    ],
)
def test_an_engine_that_is_of_no_use_says_why(url: str, why: str) -> None:
    assert DockerEngine(url, "DOCKER_HOST").why_not() == why


def test_an_engine_that_answers(tmp_path: Path) -> None:
    with engine_that_answers(tmp_path / "d.sock", http("200 OK", b'{"a": 1}')) as engine:
        assert engine.why_not(PROBE_S) == ""
        assert engine.ask("/anything") == {"a": 1}


def test_an_engine_that_hangs_is_given_up_in_time(tmp_path: Path) -> None:
    with engine_that_answers(tmp_path / "d.sock", None) as engine:
        began = time.monotonic()
        assert engine.why_not(PROBE_S) == "does not answer within 0.1 s"
        assert time.monotonic() - began < 10


def test_what_is_not_there_is_none_and_a_refusal_is_said(tmp_path: Path) -> None:
    with engine_that_answers(tmp_path / "a.sock", http("404 Not Found", b'{"message": "no"}')) as engine:
        assert engine.ask("/images/x/json") is None
    with (
        engine_that_answers(tmp_path / "b.sock", http("500 Oh", b'{"message": "the disk is gone"}')) as engine,
        pytest.raises(NotReady, match="answers 500: the disk is gone"),
    ):
        engine.ask("/containers/json")


def test_an_answer_that_is_no_http_is_said(tmp_path: Path) -> None:
    with engine_that_answers(tmp_path / "d.sock", b"SSH-2.0-OpenSSH\r\n") as engine:
        assert engine.why_not().startswith("does not answer (")
        with pytest.raises(NotReady):
            engine.ask("/containers/json")
