"""A receiver that is stopped finishes what it took."""

from __future__ import annotations

import threading

import grpc
import httpx

from .recording import PROTOBUF, byte_method, eventually
from .running import Running


def test_what_awaits_its_commit_is_acknowledged_before_the_end() -> None:
    running = Running()
    running.start()
    eventually(lambda: running.server.started)
    running.inbox.mood = "slow"
    answers: list[object] = []

    def send_over_http() -> None:
        url = f"http://127.0.0.1:{running.http_port}/v1/traces"
        answers.append(httpx.post(url, content=b"", headers=PROTOBUF, trust_env=False).status_code)

    def send_over_grpc() -> None:
        with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
            method = byte_method(channel, "/opentelemetry.proto.collector.logs.v1.LogsService/Export")
            answers.append(method(b"", timeout=10))

    senders = [threading.Thread(target=send_over_http), threading.Thread(target=send_over_grpc)]
    for sender in senders:
        sender.start()
    eventually(lambda: len(running.inbox.held) == 2)
    running.server.should_exit = True
    eventually(lambda: running.server.servers and not any(each.is_serving() for each in running.server.servers))
    assert answers == []
    running.inbox.commit_held()
    for sender in senders:
        sender.join(5)
    running.stop()
    assert sorted(map(str, answers)) == ["200", "b''"]
