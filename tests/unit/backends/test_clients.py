"""The two that speak HTTP: the one for this machine's loopback and the one for everything else answer alike."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.backends.http import HttpClient, Unanswered, http_client
from phoenix_dev.backends.loopback import LoopbackClient
from phoenix_dev.backends.remote import RemoteClient
from tests.unit.backends.scripted import scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.backends.answering import Answering

MOST = 2**20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(params=[LoopbackClient, lambda: RemoteClient(certificates=False)], ids=["loopback", "remote"])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpClient]:
    monkeypatch.setenv("NO_PROXY", "*")
    with request.param() as client:
        yield client


def ask(client: HttpClient, url: str, form: bytes | None = None) -> tuple[int, bytes]:
    return client.ask(url, {"X-Kind": "test"}, form, MOST)


WAYS_TO_SAY_IT = {
    "with its length": OK,
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;more\r\nk\r\n0\r\n\r\n",
    "until the end of the connection": b"HTTP/1.1 200 OK\r\n\r\nok",
    "in HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "after an interim answer": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 0\r\n\r\n" + OK,
}


@pytest.mark.parametrize("answer", WAYS_TO_SAY_IT.values(), ids=WAYS_TO_SAY_IT)
def test_an_answer_is_understood_however_it_is_framed(client: HttpClient, answer: bytes) -> None:
    with scripted([answer]) as server:
        assert ask(client, f"{server.url}/path?a=b") == (200, b"ok")
    head = server.asked[0].lower()
    assert head.startswith(b"get /path?a=b http/1.1\r\n")
    assert b"\r\nhost: " + server.url[7:].encode() + b"\r\n" in head
    assert b"\r\nx-kind: test\r\n" in head


def test_a_form_is_posted(client: HttpClient) -> None:
    with scripted([OK]) as server:
        assert ask(client, f"{server.url}/path", b"query=" + b"x" * 200_000) == (200, b"ok")
    assert server.asked[0].startswith(b"POST /path HTTP/1.1\r\n")
    assert server.asked[0].endswith(b"\r\n\r\nquery=" + b"x" * 200_000)


def test_a_long_answer_is_read_whole(client: HttpClient) -> None:
    body = b"0123456789" * 50_000
    with scripted([b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + body]) as server:
        assert ask(client, server.url) == (200, body)


def test_a_redirection_is_not_followed(client: HttpClient) -> None:
    with scripted([b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"]) as server:
        assert ask(client, server.url) == (302, b"")


def test_a_connection_serves_for_many_questions(client: HttpClient) -> None:
    with scripted([OK, OK, OK]) as server:
        assert [ask(client, server.url) for _ in range(3)] == [(200, b"ok")] * 3
    assert server.connections == 1


def test_where_the_other_side_says_that_it_closes_a_new_one_is_opened(client: HttpClient) -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    with scripted([closing, OK.replace(b"ok", b"no")], [OK]) as server:
        assert [ask(client, server.url) for _ in range(2)] == [(200, b"ok")] * 2
    assert server.connections == 2


NO_ANSWERS = {
    "hangs up": b"",
    "hangs up in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "hangs up in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
    "hangs up in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
    "speaks something else": b"SSH-2.0-OpenSSH_9.6\r\n",
    "contradicts itself": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_told_as_such(client: HttpClient, answer: bytes) -> None:
    with scripted([answer]) as server, pytest.raises(Unanswered, match=r"could not be asked: .") as told:
        ask(client, server.url)
    assert str(told.value).isprintable()


def test_a_second_answer_that_nobody_asked_for_is_not_taken_for_the_next(client: HttpClient) -> None:
    answered, said_more = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            first, _ = listening.accept()
            with first:
                first.recv(65536)
                first.sendall(OK)
                answered.wait(10)
                first.sendall(OK.replace(b"ok", b"no"))
                said_more.set()
                second, _ = listening.accept()
                with second:
                    second.recv(65536)
                    second.sendall(OK)

        serving = threading.Thread(target=serve)
        serving.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert ask(client, url) == (200, b"ok")
        answered.set()
        said_more.wait(10)
        assert ask(client, url) == (200, b"ok")
        serving.join()


def test_nor_is_it_taken_for_the_first(client: HttpClient) -> None:
    with scripted([OK + OK.replace(b"ok", b"no")], [OK]) as server:
        with suppress(Unanswered):
            assert ask(client, server.url) == (200, b"ok")
        assert ask(client, server.url) == (200, b"ok")


@pytest.mark.parametrize("head", [b"X: " + b"a" * MOST, b"X: a\r\n" * 200_000], ids=["a line", "lines"])
def test_a_head_without_end_is_not_read_to_its_end(client: HttpClient, head: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        told = []

        def pour() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n" + head * 50)
                except ConnectionError:
                    told.append("refused")

        pouring = threading.Thread(target=pour)
        pouring.start()
        with pytest.raises(Unanswered):
            ask(client, f"http://127.0.0.1:{listening.getsockname()[1]}")
        pouring.join()
    assert told == ["refused"]


@pytest.mark.parametrize("where", ["/a\r\nX-Evil: 1", "/a HTTP/1.1\r\nX-Evil:", "/\x00", "/ü\n"])
def test_no_url_becomes_more_than_one_line(client: HttpClient, where: str) -> None:
    with scripted([OK]) as server:
        try:
            ask(client, server.url + where)
        except Unanswered:
            ask(client, server.url)
    assert b"x-evil:" not in server.asked[0].lower().partition(b"\r\n")[2]
    assert len(server.asked) == 1


def test_several_threads_may_ask_at_once(client: HttpClient, backend: Answering) -> None:
    backend.answer = lambda asked: (200, asked.params["n"].encode() * 5000)
    wrong: list[str] = []

    def work(first: int) -> None:
        for number in range(first, first + 20):
            if ask(client, f"{backend.url}/?n={number}") != (200, str(number).encode() * 5000):
                wrong.append(str(number))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(1000, 1800, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(backend.asked) == 160


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1/base", "http://[::1]:1", ""])
def test_this_machine_is_asked_directly(url: str) -> None:
    with http_client([url, "http://127.0.0.1:2"]) as client:
        assert isinstance(client, LoopbackClient)


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "http://tempo.example:1", "http://127.0.0.1.example"])
def test_other_machines_and_tls_are_left_to_who_knows_them(url: str) -> None:
    with http_client([url, "http://127.0.0.1:2"]) as client:
        assert isinstance(client, RemoteClient)


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(monkeypatch: pytest.MonkeyPatch, backend: Answering) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with http_client([backend.url]) as client:
        assert ask(client, backend.url) == (200, b"{}")


def test_localhost_is_found_at_either_address() -> None:
    with scripted([OK]) as server, LoopbackClient() as client:
        assert ask(client, server.url.replace("127.0.0.1", "localhost")) == (200, b"ok")


def test_who_never_answers_is_told_of(client: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        client.timeout = 0.2
        with pytest.raises(Unanswered, match="did not answer in time"):
            ask(client, f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_a_connection_that_was_closed_while_nobody_used_it_is_not_noticed() -> None:
    with scripted([OK], [OK], [OK]) as server, LoopbackClient() as client:
        assert [ask(client, server.url, form) for form in (None, b"a=b", None)] == [(200, b"ok")] * 3


def test_a_connection_that_closes_over_the_question_is_no_reason_to_give_up() -> None:
    with scripted([OK, b""], [OK]) as server, LoopbackClient() as client:
        assert [ask(client, server.url) for _ in range(2)] == [(200, b"ok")] * 2
    assert len(server.asked) == 3
