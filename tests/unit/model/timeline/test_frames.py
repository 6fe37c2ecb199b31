"""The innermost line of the developer's own code, in the stack traces of the languages in use."""

from __future__ import annotations

import pytest

from phoenix_dev.model.timeline.frames import innermost_own
from tests.unit.render import samples

_RUST = """
   0: rust_begin_unwind
             at /rustc/9fc6b431/library/std/src/panicking.rs:665:5
   1: core::panicking::panic_fmt
             at /rustc/9fc6b431/library/core/src/panicking.rs:74:14
   2: llm_service::model::complete
             at ./src/model.rs:88:9
   3: llm_service::main
             at ./src/main.rs:12:5
"""
_NODE = """TypeError: x is not a function
    at Object.send (/app/node_modules/axios/lib/axios.js:12:7)
    at async complete (/app/src/llm.js:88:12)
    at process.processTicks (node:internal/process/task_queues:95:5)
"""
_JAVA = """java.util.concurrent.TimeoutException: late
\tat java.base/java.util.concurrent.FutureTask.get(FutureTask.java:204)
\tat com.phoenix.Llm.complete(Llm.java:88)
"""


@pytest.mark.parametrize(
    ("stack", "place"),
    [
        (samples._PYTHON_STACK, "llm.py:88 in complete"),
        (_RUST, "model.rs:88 in complete"),
        (_NODE, "llm.js:88 in complete"),
        (_JAVA, "Llm.java:88 in com.phoenix.Llm.complete"),
        ('File "C:\\\\app\\\\llm.py", line 3, in <module>', "llm.py:3 in <module>"),
        ('File "/x/site-packages/lib.py", line 9, in f', "lib.py:9 in f"),
        ("no stack at all", ""),
        ("", ""),
    ],
)
def test_the_place_of_an_error(stack: str, place: str) -> None:
    assert innermost_own(stack) == place


def test_a_huge_stack_trace_costs_little_and_keeps_its_end() -> None:
    assert innermost_own("x" * (1 << 20) + "\n" + samples._PYTHON_STACK) == "llm.py:88 in complete"
    assert innermost_own("(" * (1 << 20)) == ""
