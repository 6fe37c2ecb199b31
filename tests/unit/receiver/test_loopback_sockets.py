"""The receiver listens on both loopback addresses and shares its port with nobody."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from phoenix_dev.receiver.grpc import GrpcServer
from phoenix_dev.receiver.intake import Intake
from phoenix_dev.receiver.refusals import Refusals
from phoenix_dev.receiver.sockets import LOOPBACK, bind, bind_loopback

from .recording import RecordingInbox


def close(listening: list[socket.socket]) -> None:
    for sock in listening:
        sock.close()


def test_one_free_port_on_both_addresses() -> None:
    listening = bind_loopback(0)
    addresses = [sock.getsockname()[:2] for sock in listening]
    port = addresses[0][1]
    assert port > 0
    assert addresses == [("127.0.0.1", port), ("::1", port)]
    close(listening)


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_port_taken_on_either_address_is_an_error(host: str) -> None:
    taken = bind([host], 0)
    with pytest.raises(OSError, match="in use") as caught:
        bind_loopback(taken[0].getsockname()[1])
    assert caught.value.errno == errno.EADDRINUSE
    close(taken)


def test_a_port_can_be_had_again_at_once() -> None:
    listening = bind_loopback(0)
    port = listening[0].getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as client:
        listening[0].setblocking(True)
        server, _ = listening[0].accept()
        server.close()
        client.recv(1)
    close(listening)
    close(bind_loopback(port))


def test_without_ipv6_it_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without_ipv6(family: int = socket.AF_INET, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return real(family, *rest)

    monkeypatch.setattr(socket, "socket", without_ipv6)
    listening = bind_loopback(0)
    assert [sock.getsockname()[0] for sock in listening] == ["127.0.0.1"]
    close(listening)


def test_a_second_grpc_server_does_not_share_the_port_of_the_first() -> None:
    async def scenario() -> None:
        first, second = (GrpcServer(Intake(RecordingInbox(), Refusals())) for _ in range(2))
        port = await first.start(LOOPBACK, 0)
        with pytest.raises(OSError, match="in use") as caught:
            await second.start(LOOPBACK, port)
        assert caught.value.errno == errno.EADDRINUSE
        await first.stop(0)
        assert await second.start(LOOPBACK, port) == port
        await second.stop(0)

    asyncio.run(scenario())


def test_grpc_leaves_the_port_of_another_server_alone() -> None:
    async def scenario(port: int) -> None:
        with pytest.raises(OSError, match="in use"):
            await GrpcServer(Intake(RecordingInbox(), Refusals())).start(["127.0.0.1"], port)

    listening = bind_loopback(0)
    asyncio.run(scenario(listening[0].getsockname()[1]))
    close(listening)
