"""`down` ends the stack and keeps what it had; `--data` does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.live.lifecycle.project import send_trace
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.live.lifecycle.project import Project

TRACE = "0af7651916cd43dd8448eb211c803192"


def test_data_outlives_down_and_up_until_it_is_deleted(project: Project) -> None:
    up = project.up()
    assert send_trace(up["endpoints"]["otlp_http"], TRACE, time.time_ns()) == 200
    wait_until(lambda: project("trace", TRACE, "--json").code == 0, what="the trace")

    began = time.monotonic()
    down = project("down")
    seconds = time.monotonic() - began
    print(f"down: {seconds:.1f} s")
    assert down.code == 0
    assert "stopped; " in down.stderr
    assert f"stay in the volumes {project.name}_alerts" in down.stderr
    assert seconds < 30
    assert project.containers() == {}
    _expect_stopped(project)

    project.up()
    wait_until(lambda: project("trace", TRACE, "--json").code == 0, what="the trace")
    assert project("trace", TRACE, "--json").json()["traces"][0]["trace_id"] == TRACE

    asked = project("down", "--data")
    assert asked.code == 2
    assert "there is no terminal to ask on" in asked.stderr
    assert project.containers()
    assert "deleted" in project("down", "--data", "--yes").stderr
    assert project.volumes() == []
    assert project("down").stderr == "nothing was running\n"


def _expect_stopped(project: Project) -> None:
    status = project("status", "--json")
    assert (status.code, status.json()["state"]) == (3, "stopped")
    assert {one["state"] for one in status.json()["components"]} == {"stopped"}
    assert status.json()["data"]["size_bytes"] > 0
    for command in (("trace", TRACE), ("logs",), ("services",), ("env",), ("open", TRACE)):
        ran = project(*command)
        assert ran.code == 3, command
        assert "does not run" in ran.stderr
        assert "hint: phoenix-dev up" in ran.stderr
    assert project("down").stderr.startswith("nothing was running")
