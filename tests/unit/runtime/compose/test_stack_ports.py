"""Which port each part gets."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from phoenix_dev.errors import NotReady
from phoenix_dev.runtime.compose.docker_engine import DockerEngine
from phoenix_dev.runtime.compose.parts import INFRASTRUCTURE, LOKI, PORT_LABEL, PROJECT_LABEL, PROMETHEUS
from phoenix_dev.runtime.compose.stack_ports import Published, choose_ports, published
from phoenix_dev.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = (LOKI, PROMETHEUS)
NOTHING = Published()


@pytest.fixture
def loki_wants(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A port that is taken, and that the user wants for Loki."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PHOENIX_DEV_PORTS_LOKI", str(taken.getsockname()[1]))
        yield taken


def number_of(one: socket.socket) -> int:
    number: int = one.getsockname()[1]
    return number


def test_two_parts_never_get_the_same_port() -> None:
    chosen = choose_ports(load({"ports.prometheus": "9090"}), (LOKI,), NOTHING, {}, frozenset())
    both = choose_ports(load({}), PARTS, Published(others=frozenset({3100})), {}, frozenset(range(3101, 3110)))
    assert set(chosen.numbers) == {"loki"}
    assert both.numbers["loki"] >= 3110
    assert both.numbers["loki"] != both.numbers["prometheus"]


def test_a_named_port_that_is_taken_is_refused_with_a_way_out(loki_wants: socket.socket) -> None:
    with pytest.raises(NotReady) as caught:
        choose_ports(load({}), PARTS, NOTHING, {}, frozenset())
    assert f"port {number_of(loki_wants)}, named for Loki, is taken by another process" in caught.value.message
    assert caught.value.hint.startswith("PHOENIX_DEV_PORTS_LOKI=")
    assert caught.value.hint.endswith(" phoenix-dev up")


def test_a_named_port_that_the_parts_own_container_has_is_its_own(loki_wants: socket.socket) -> None:
    now = Published(ours={"loki": number_of(loki_wants)})
    chosen = choose_ports(load({}), PARTS, now, {}, frozenset())
    assert chosen.numbers["loki"] == number_of(loki_wants)


def test_what_runs_stays_where_it_is_and_is_not_told_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        chosen = choose_ports(load({}), (LOKI,), Published(ours={"loki": number_of(held)}), {}, frozenset())
        assert (chosen.numbers["loki"], chosen.notes) == (number_of(held), ())


def test_what_moves_is_told() -> None:
    chosen = choose_ports(load({}), (LOKI,), Published(others=frozenset({3100})), {}, frozenset())
    assert chosen.numbers["loki"] != 3100
    assert chosen.notes == (f"port 3100 is taken: Loki listens on {chosen.numbers['loki']}",)


def test_a_stack_that_comes_back_gets_the_ports_it_had() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        number = number_of(one)
    chosen = choose_ports(load({}), (LOKI,), NOTHING, {"loki": number}, frozenset())
    assert chosen.numbers["loki"] == number
    assert chosen.notes == (f"Loki stays on {number}, where it was",)


def test_a_port_that_the_engine_could_not_have_is_not_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        number = number_of(one)
    chosen = choose_ports(load({}), (LOKI,), NOTHING, {"loki": number}, frozenset({number}))
    assert chosen.numbers["loki"] != number


def test_no_port_left_is_a_sentence() -> None:
    with pytest.raises(NotReady, match="no port near 3100 is free for Loki"):
        choose_ports(load({}), (LOKI,), Published(others=frozenset(range(3100, 3200))), {}, frozenset())


class Engine(DockerEngine):
    """One that tells of the containers of two projects, one each in the network of the host."""

    def ask(self, path: str, patience_s: float = 5.0) -> object:
        return [
            {"Labels": {PROJECT_LABEL: name, f"{PORT_LABEL}infrastructure": str(port)}, "Ports": []}
            for name, port in {"mine": 13140, "other": 13141}.items()
        ]


def test_a_part_in_the_network_of_the_host_keeps_the_port_that_its_container_tells() -> None:
    now = published(Engine("unix:///nowhere", "test"), "mine", (INFRASTRUCTURE,))
    assert now.ours == {"infrastructure": 13140}
    assert choose_ports(load({}), (INFRASTRUCTURE,), now, {}, frozenset()).numbers == {"infrastructure": 13140}
    elsewhere = choose_ports(load({}), (INFRASTRUCTURE,), now, {}, frozenset({13140})).numbers["infrastructure"]
    assert elsewhere != 13140, "a port that another process turned out to have"


def test_the_port_of_another_projects_part_in_the_network_of_the_host_is_taken_though_nobody_listens() -> None:
    now = published(Engine("unix:///nowhere", "test"), "third", (INFRASTRUCTURE,))
    assert now == Published(others=frozenset({13140, 13141}))
