"""`trace`: what it leads on to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import otlp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Invoke


def test_what_leads_on_is_about_the_same_stack(invoke: Invoke, keep: Callable[..., None]) -> None:
    trace_id = otlp.new_trace_id()
    keep(otlp.traces("a", otlp.span(trace_id)), project="shop")
    assert f"next  phoenix-dev logs --trace {trace_id}" not in invoke("--project", "shop", "trace", "last").stdout
    ran = invoke("--project", "shop", "trace", "last", "--runtime", "embedded")
    assert f"next  phoenix-dev --project shop logs --runtime embedded --trace {trace_id}" in ran.stdout.splitlines()
