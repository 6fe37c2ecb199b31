"""doctor looks at folders, disks, memory and ports."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from phoenix_dev.doctor.docker import Docker
from phoenix_dev.doctor.folder import state_folder
from phoenix_dev.doctor.images import address_of, images
from phoenix_dev.doctor.ports import Usage, ports
from phoenix_dev.doctor.room import DISK_ERROR, MEMORY, disk, docker_folders, memory
from phoenix_dev.doctor.sizes import of_store, store_file, volumes
from phoenix_dev.model.finding import Finding, Severity
from phoenix_dev.runtime.compose.parts import GRAFANA, JAEGER, LOKI
from phoenix_dev.runtime.ports import WantedPort
from phoenix_dev.settings import Retention
from tests.unit.doctor.engine_server import engine_answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own; only root may have that."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "phoenix-dev-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def named(number: int, **wanted: Any) -> Usage:
    has = wanted.pop("has", 0)
    return Usage(WantedPort("OTLP/HTTP", "--otlp-http-port", number, **wanted), has)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def no_engine(tmp_path: Path) -> Docker:
    return Docker({"DOCKER_HOST": f"unix://{tmp_path / 'none.sock'}"})


class TestFolder:
    def test_one_that_does_not_exist_yet_can_be_made(self, tmp_path: Path) -> None:
        assert only(state_folder(tmp_path / "a" / "b")).severity is Severity.OK
        assert list(tmp_path.glob("a")) == []

    def test_one_that_is_a_file_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("")
        assert only(state_folder(tmp_path / "home")).severity is Severity.ERROR

    def test_one_that_cannot_be_written_is_an_error_with_another_to_use(self, tmp_path: Path) -> None:
        with mounted(tmp_path / "disk", "size=1m,ro") as folder:
            found = only(state_folder(folder / "projects"))
        assert found.severity is Severity.ERROR
        assert "read-only" in found.what
        assert "PHOENIX_DEV_HOME" in found.fix


class TestRoom:
    def test_a_disk_with_room_says_how_much(self, tmp_path: Path) -> None:
        if psutil.disk_usage(str(tmp_path)).free < 3 * 10**9:
            pytest.skip("this disk has no room")
        assert only(disk([tmp_path])).severity is Severity.OK

    def test_a_disk_without_room_is_an_error(self, tmp_path: Path) -> None:
        with mounted(tmp_path / "disk", "size=1m") as folder:
            found = only(disk([folder / "not" / "there" / "yet"]))
        assert found.severity is Severity.ERROR
        assert "1.0 MB" in found.what
        assert found.where == str(folder)
        assert found.fix == f"df -h {folder}"

    def test_a_disk_that_fills_up_is_a_warning(self, tmp_path: Path) -> None:
        with mounted(tmp_path / "disk", f"size={2 * DISK_ERROR}") as folder:
            assert only(disk([folder])).severity is Severity.WARNING

    def test_two_folders_of_one_disk_are_one_finding(self, tmp_path: Path) -> None:
        assert len(list(disk([tmp_path, tmp_path.parent]))) == 1

    def test_the_engine_s_folder_is_looked_at_where_it_is_one_of_this_machine(self, tmp_path: Path) -> None:
        with engine_answering(tmp_path / "sock", info={"DockerRootDir": str(tmp_path)}) as environ:
            assert docker_folders(Docker(environ)) == (tmp_path,)
        with engine_answering(tmp_path / "other", info={"DockerRootDir": "/in/a/virtual/machine"}) as environ:
            assert docker_folders(Docker(environ)) == ()
        assert docker_folders(no_engine(tmp_path)) == ()

    def test_an_engine_with_little_memory_is_told_however_much_the_machine_has(self, tmp_path: Path) -> None:
        with engine_answering(tmp_path / "sock", info={"MemTotal": MEMORY["compose"]}) as environ:
            found = only(memory("compose", Docker(environ), runs=False))
        assert found.severity is Severity.WARNING
        assert "Docker engine has 1.0 GB" in found.what

    def test_memory_is_compared_with_what_the_runtime_wants(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        docker = no_engine(tmp_path)
        assert only(memory("embedded", docker, runs=False)).severity is Severity.OK
        monkeypatch.setitem(MEMORY, "embedded", 10**15)
        found = only(memory("embedded", docker, runs=False))
        assert found.severity is Severity.WARNING
        assert found.fix


class TestPorts:
    def test_free_ports_are_well(self, free: int) -> None:
        assert only(ports([named(free)], [])).severity is Severity.OK

    def test_the_stack_s_own_port_is_not_taken(self, taken: int) -> None:
        assert only(ports([named(taken, has=taken)], [])).severity is Severity.OK

    def test_a_process_that_has_a_usual_port_is_named(self, taken: int) -> None:
        found = only(ports([named(taken)], []))
        assert found.severity is Severity.WARNING
        assert f"{psutil.Process().name()} (process {os.getpid()})" in found.what
        assert "next that is free" in found.what
        assert found.fix == f"ps -fp {os.getpid()}"

    def test_where_the_stack_went_instead_is_told(self, taken: int, free: int) -> None:
        assert f"listens on {free}" in only(ports([named(taken, has=free)], [])).what

    def test_a_port_that_the_user_named_is_an_error_with_another_to_name(self, taken: int) -> None:
        found = only(ports([named(taken, named=True)], []))
        assert found.severity is Severity.ERROR
        assert found.fix.startswith("phoenix-dev up --otlp-http-port ")

    def test_a_container_is_named_before_the_process_that_serves_its_port(self, taken: int) -> None:
        container = {"Names": ["/web"], "Ports": [{"PrivatePort": 80, "PublicPort": taken}]}
        found = only(ports([named(taken)], [container]))
        assert "the container web" in found.what
        assert found.fix == "docker stop web"

    def test_another_project_side_by_side_is_no_reason_to_worry(self, taken: int) -> None:
        labels = {"dev.phoenix.project": "other"}
        container = {"Names": ["/other-1"], "Labels": labels, "Ports": [{"PublicPort": taken}]}
        found = only(ports([named(taken)], [container]))
        assert found.severity is Severity.INFO
        assert found.fix == "phoenix-dev --project other down"

    def test_a_usual_port_that_is_free_again_can_be_had_back(self, free: int, taken: int) -> None:
        found = only(ports([named(free, has=taken)], []))
        assert found.severity is Severity.INFO
        assert f"{free} would be free again; the stack listens on {taken}" in found.what

    def test_several_ports_of_another_project_are_one_finding(self, taken: int, free: int) -> None:
        labels = {"dev.phoenix.project": "other"}
        with socket.create_server(("127.0.0.1", 0)) as also:
            numbers = [taken, also.getsockname()[1]]
            container = {"Names": ["/o"], "Labels": labels, "Ports": [{"PublicPort": one} for one in numbers]}
            found = only(ports([named(one, has=free) for one in numbers], [container]))
        assert f"has {numbers[0]}, {numbers[1]}; the stack listens on {free}" in found.what

    def test_a_port_that_only_ipv6_has_taken_is_taken(self) -> None:
        try:
            server = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            pytest.skip("needs IPv6")
        with server:
            number = server.getsockname()[1]
            assert only(ports([named(number)], [])).severity is Severity.WARNING
            assert only(ports([named(number)], [], hosts=["127.0.0.1"])).severity is Severity.OK


class TestImages:
    def here(self, *parts: Any) -> dict[str, Any]:
        return {f"images/{part.image.replace(':', '%3A')}/json": {"Id": "1"} for part in parts}

    def test_all_of_them_here_is_well(self, tmp_path: Path) -> None:
        with engine_answering(tmp_path / "sock", **self.here(JAEGER, LOKI)) as environ:
            assert only(images(Docker(environ), [JAEGER, LOKI], "")).severity is Severity.OK

    def test_a_core_part_s_image_that_cannot_be_pulled_is_an_error(self, tmp_path: Path, free: int) -> None:
        with engine_answering(tmp_path / "sock") as environ:
            found = only(images(Docker(environ), [JAEGER], f"127.0.0.1:{free}"))
        assert found.severity is Severity.ERROR
        assert f"127.0.0.1:{free}/{JAEGER.image} is not here" in found.what
        assert "PHOENIX_DEV_IMAGES_REGISTRY" in found.fix

    def test_an_optional_part_can_be_left_out(self, tmp_path: Path, free: int) -> None:
        with engine_answering(tmp_path / "sock") as environ:
            found = only(images(Docker(environ), [GRAFANA], f"127.0.0.1:{free}"))
        assert found.severity is Severity.WARNING
        assert found.fix == "phoenix-dev up --without grafana"

    def test_what_can_be_pulled_is_only_told(self, tmp_path: Path, taken: int) -> None:
        with engine_answering(tmp_path / "sock") as environ:
            found = only(images(Docker(environ), [JAEGER], f"127.0.0.1:{taken}"))
        assert found.severity is Severity.INFO

    def test_an_engine_behind_a_proxy_may_reach_what_this_machine_cannot(self, tmp_path: Path, free: int) -> None:
        with engine_answering(tmp_path / "sock", info={"HttpsProxy": "http://proxy:3128"}) as environ:
            assert only(images(Docker(environ), [JAEGER], f"127.0.0.1:{free}")).severity is Severity.INFO

    @pytest.mark.parametrize(
        ("registry", "address"),
        [
            ("mirror.example", ("mirror.example", 443)),
            ("mirror.example:5000/hub", ("mirror.example", 5000)),
            ("localhost:80", ("localhost", 80)),
        ],
    )
    def test_a_registry_s_address_is_read_from_its_name(self, registry: str, address: tuple[str, int]) -> None:
        assert address_of(registry) == address


class TestSizes:
    def test_metrics_above_the_setting_are_told(self) -> None:
        found = only(volumes({"metrics": 3 * 2**30, "traces": 5}, Retention(size="2GiB")))
        assert found.severity is Severity.WARNING
        assert "retention.size" in found.what

    def test_what_is_kept_by_age_names_the_setting_of_its_age(self) -> None:
        found = only(volumes({"logs": 3 * 2**30}, Retention(size="2GiB")))
        assert found.fix == "PHOENIX_DEV_RETENTION_LOGS=2d phoenix-dev up"

    def test_small_volumes_are_well(self) -> None:
        assert only(volumes({"metrics": 2**30, "queue": 10**6}, Retention(size="2GiB"))).severity is Severity.OK

    def test_a_store_above_the_setting_is_told_with_what_makes_it_smaller(self, tmp_path: Path) -> None:
        with (tmp_path / "telemetry.db").open("wb") as file:
            file.truncate(3_000_000)
        found = only(store_file(of_store(tmp_path), str(tmp_path), Retention(size="2MB")))
        assert found.severity is Severity.WARNING
        assert found.fix == "phoenix-dev up"
        assert only(store_file(of_store(tmp_path), str(tmp_path), Retention(size="2GiB"))).severity is Severity.OK
