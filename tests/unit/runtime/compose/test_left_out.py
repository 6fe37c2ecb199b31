"""Which optional parts a start leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.record import ComposeRecord
from phoenix_dev.runtime.compose.runtime import ComposeRuntime
from phoenix_dev.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_left_out_of_a_running_stack_stays_so_where_nobody_says_anything_about_it(tmp_path: Path) -> None:
    assert ComposeRuntime(tmp_path, Settings()).left_out == ()
    ComposeRecord("0.1.0", {}, without=("grafana",)).write(tmp_path)
    assert ComposeRuntime(tmp_path, Settings()).left_out == ("grafana",), "as `demo` starts it"
    assert ComposeRuntime(tmp_path, Settings(), ()).left_out == (), "as `up` starts it"
