"""What alerts would have sent is taken as Slack, PagerDuty and a mail server take it, kept, and told."""

from __future__ import annotations

import ast
import json
import os
import resource
import smtplib
import socket
import sys
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import phoenix_dev.inbox
from phoenix_dev.inbox.keeping import FILE, Limits, Messages
from phoenix_dev.inbox.web import MOST_BYTES
from tests.unit.inbox.running import Inbox, running_inbox
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = {"routing_key": "k", "event_action": "trigger", "dedup_key": "abc", "payload": {"summary": "x"}}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    with running_inbox(tmp_path_factory.mktemp("inbox")) as running:
        yield running


def mail(text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "alerts@phoenix.example", "team@phoenix.example", "Täglich"
    message.set_content(text)
    return message


def test_each_channel_is_answered_as_the_real_one_does_and_all_that_came_is_told_in_order(inbox: Inbox) -> None:
    slack = inbox.http.post("/slack", json={"text": "5 % of requests fail \u202e"})
    assert (slack.status_code, slack.text) == (200, "ok")
    pagerduty = inbox.http.post("/v2/enqueue", json=EVENT)
    assert pagerduty.status_code == 202
    assert pagerduty.json() == {"status": "success", "message": "Event processed", "dedup_key": "abc"}
    inbox.mail(mail("1,204 requests\n.\nand a dot"))
    told = inbox.messages()
    assert [one["channel"] for one in told] == ["slack", "pagerduty", "email"]
    assert json.loads(told[0]["body"]) == {"text": "5 % of requests fail \u202e"}
    assert json.loads(told[1]["body"]) == EVENT
    assert "1,204 requests\r\n.\r\nand a dot" in told[2]["body"]
    assert inbox.messages(told[2]["time_ns"]) == told[2:]
    assert inbox.messages(told[2]["time_ns"] + 1) == []


REFUSED = {
    "a page under a name of its own that leads here": (403, "POST", "/slack", {"Host": "evil.example:80"}, b"{}"),
    "the same, to read": (403, "GET", "/messages", {"Host": "evil.example"}, b""),
    "the stack's name for it, to read": (403, "GET", "/messages", {"Host": "inbox:9095"}, b""),
    "a page of another site": (403, "POST", "/slack", {"Origin": "https://evil.example"}, b"{}"),
    "a message that is too large": (413, "POST", "/slack", {"Content-Length": str(MOST_BYTES + 1)}, b""),
    "a body of unknown length": (411, "POST", "/slack", {"Transfer-Encoding": "chunked"}, b"0\r\n\r\n"),
    "no JSON": (400, "POST", "/slack", {}, b"text=hello"),
    "brackets without end": (400, "POST", "/slack", {}, b"[" * 100_000),
    "no event of PagerDuty": (400, "POST", "/v2/enqueue", {}, b'{"event_action": "shout"}'),
    "a path that is not there": (404, "POST", "/", {}, b"{}"),
    "a since that is no time": (400, "GET", "/messages?since=yesterday", {}, b""),
    "a method that is not there": (501, "DELETE", "/messages", {}, b""),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_message_of_a_channel_is_refused_and_not_kept(inbox: Inbox, what: str) -> None:
    status, method, path, headers, body = REFUSED[what]
    before = len(inbox.messages())
    with socket.create_connection(("127.0.0.1", inbox.http_port), timeout=5) as connection:
        fields = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
        if "Transfer-Encoding" in headers:
            del fields["Content-Length"]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        assert int(connection.makefile("rb").readline().split()[1]) == status
    assert len(inbox.messages()) == before


def test_a_mail_that_is_too_large_is_refused(inbox: Inbox) -> None:
    with pytest.raises(smtplib.SMTPException, match="552"):
        inbox.mail(mail("x" * 70 + ("\n" + "x" * 70) * (MOST_BYTES // 70)))


def test_who_connects_and_says_nothing_does_not_keep_the_others_out(inbox: Inbox) -> None:
    with ExitStack() as silent:
        for _ in range(16):
            silent.enter_context(socket.create_connection(("127.0.0.1", inbox.http_port)))
        wait_until(lambda: inbox.http.get("/health").status_code == 503)
    wait_until(lambda: inbox.http.get("/health").status_code == 200)


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with running_inbox(tmp_path) as first:
        for number in range(3):
            assert first.http.post("/slack", json={"text": str(number)}).text == "ok"
        first.process.kill()
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"time_ns": 1, "channel": "slack", "bo')
    with running_inbox(tmp_path) as second:
        assert [json.loads(one["body"])["text"] for one in second.messages()] == ["0", "1", "2"]


def test_the_newest_are_kept_and_the_file_stays_small(tmp_path: Path) -> None:
    limits = Limits(messages=10, total_bytes=2000)
    messages = Messages(tmp_path, limits, clock=lambda: 7)
    for number in range(100):
        messages.add("slack", str(number))
        assert (tmp_path / FILE).stat().st_size <= 2 * 2000 + 100
    assert bodies(messages) == [str(number) for number in range(90, 100)]
    messages.add("slack", "x" * 1500)
    messages.add("slack", "newest")
    assert bodies(messages)[-2:] == ["x" * 1500, "newest"]
    assert len(messages) < 10, "the large one takes the place of several"
    times = [json.loads(line)["time_ns"] for line in messages.since(0)]
    assert times == sorted(set(times)), "each later than the one before, also when the clock stands still"
    messages.close()
    again = Messages(tmp_path, limits)
    assert bodies(again) == bodies(messages)
    again.close()


def test_on_a_full_disk_a_message_is_refused_whole(tmp_path: Path) -> None:
    messages = Messages(tmp_path)
    messages.add("slack", "fits")
    with room_for((tmp_path / FILE).stat().st_size + 20), pytest.raises(OSError, match="large"):
        messages.add("slack", "does not fit")
    messages.add("slack", "fits again")
    messages.close()
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"time_ns": 1, "chan')
    with room_for(0):
        again = Messages(tmp_path)
    assert bodies(again) == ["fits", "fits again"]
    again.close()


def test_what_was_kept_is_never_refused_for_want_of_room_to_tidy_up(tmp_path: Path) -> None:
    messages = Messages(tmp_path, Limits(messages=10, total_bytes=4000))
    for number in range(20):
        messages.add("slack", str(number))
    (tmp_path / FILE).with_suffix(".new").mkdir()
    messages.add("slack", "20")
    assert bodies(messages) == [str(number) for number in range(11, 21)]
    (tmp_path / FILE).with_suffix(".new").rmdir()
    with no_more_files():
        messages.add("slack", "21")
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 22
    messages.add("slack", "22")
    messages.close()
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 10


def test_it_needs_nothing_but_python_and_aiosmtpd() -> None:
    allowed = {*sys.stdlib_module_names, "aiosmtpd"}
    for path in Path(phoenix_dev.inbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {
                n for n in names if n.split(".")[0] not in allowed and not n.startswith("phoenix_dev.inbox")
            } == set()


@contextmanager
def no_more_files() -> Iterator[None]:
    """Another file cannot be opened here meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for number in taken:
            os.close(number)


def bodies(messages: Messages) -> list[str]:
    return [json.loads(line)["body"] for line in messages.since(0)]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size (bytes)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
