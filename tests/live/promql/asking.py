"""Prometheus of the stack, asked and written to without anything in between."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.live.compose.by_hand import PROTOBUF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

    from phoenix_dev.model.series import Series
    from tests.live.compose.by_hand import ByHand

#: By labels, the values by time (Unix milliseconds).
Answer = dict[frozenset[tuple[str, str]], dict[int, float]]


@dataclass(frozen=True)
class Prometheus:
    """`tell` must be taken whole; what is asked may be refused, which is the answer None."""

    stack: ByHand

    def tell(self, export: Message) -> None:
        """Metrics, straight to its OTLP endpoint."""
        url = f"{self.stack.url('PROMETHEUS')}/api/v1/otlp/v1/metrics"
        answer = self.stack.http.post(url, content=export.SerializeToString(), headers=PROTOBUF)
        assert answer.status_code == 200, answer.text

    def ask(self, path: str, form: Mapping[str, Any]) -> Any:
        """The result of a query; None for one that is wrong."""
        answer = self.stack.http.post(f"{self.stack.url('PROMETHEUS')}/api/v1/{path}", data=dict(form))
        assert answer.status_code in (200, 400, 422), answer.text
        return answer.json()["data"] if answer.status_code == 200 else None

    def at(self, expression: str, time_ms: int) -> Answer | None:
        """What an expression gives at a time."""
        found = self.ask("query", {"query": expression, "time": time_ms / 1000})
        if found is not None and found["resultType"] == "scalar":
            return _answer([{"metric": {}, "value": found["result"]}])
        return None if found is None else _answer(found["result"])

    def over(self, expression: str, steps: range) -> Answer | None:
        """What an expression gives at each step."""
        form = {"start": steps[0] / 1000, "end": steps[-1] / 1000, "step": steps.step / 1000}
        found = self.ask("query_range", {"query": expression, **form})
        return None if found is None else _answer(found["result"])

    def samples(self, selector: str) -> Answer:
        """Every sample of the last two hours."""
        found = self.at(f"{selector}[2h]", round(time.time() * 1000) + 60_000)
        assert found is not None
        return found


def _answer(result: list[Any]) -> Answer:
    return {
        frozenset(one["metric"].items()): {
            round(float(at) * 1000): float(value) for at, value in one.get("values") or [one["value"]]
        }
        for one in result
    }


def answer_of(found: tuple[Series, ...]) -> Answer:
    """Our answer in the same form."""
    return {frozenset(one.labels.items()): {at // 10**6: value for at, value in one.samples} for one in found}


def agree(ours: Answer | None, theirs: Answer | None) -> bool:
    """Whether two answers are the same to nine digits."""
    if ours is None or theirs is None or ours.keys() != theirs.keys():
        return ours is theirs
    return all(
        ours[key].keys() == values.keys() and all(_close(ours[key][at], value) for at, value in values.items())
        for key, values in theirs.items()
    )


def _close(one: float, other: float) -> bool:
    return one == other or (one != one and other != other) or math.isclose(one, other, rel_tol=1e-9)
