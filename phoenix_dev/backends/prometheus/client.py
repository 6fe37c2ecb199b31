"""Prometheus' HTTP interface: paths, parameters and raw answers."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from phoenix_dev.backends.http import Declined
from phoenix_dev.model.series import Exemplar, Series
from phoenix_dev.stores.expressions import WrongExpression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_dev.backends.http import Backend
    from phoenix_dev.backends.windows import Window

_QUERY = "/api/v1/query"
_QUERY_RANGE = "/api/v1/query_range"
_NAMES = "/api/v1/label/__name__/values"
_EXEMPLARS = "/api/v1/query_exemplars"
#: Wrong as such, or in what it would have to join; a query that took too long is 503.
_WRONG = (400, 422)
#: What it answers to a question for exemplars of an expression without a selector.
_NOTHING_SELECTED = 204
_WHERE = re.compile(
    r"""(?:invalid parameter "\w+": )?(?:(?:(\d+):(\d+)|unknown position): parse error: )?(.+)""", re.DOTALL
)


class PrometheusClient:
    """What Prometheus is asked. Every method raises NotReady when it does not answer as it should."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def samples(self, selector: str, window: Window) -> list[Series]:
        """The samples themselves of every series that a selector names, of a window."""
        first, last = window
        # A range excludes its beginning (Prometheus 3), and times are kept in milliseconds.
        milliseconds = -(-(last - first) // 10**6) + 1
        form = {"query": f"{selector}[{milliseconds}ms]", "time": _seconds(last)}
        return self._series(_QUERY, form)

    def steps(self, query: str, window: Window, step_s: int) -> list[Series]:
        """A query at every step of a window."""
        form = {"query": query, "start": _seconds(window[0]), "end": _seconds(window[1]), "step": str(step_s)}
        return self._series(_QUERY_RANGE, form)

    def at(self, expression: str, at_ms: int) -> list[Series]:
        """What an expression gives at a time (Unix milliseconds), without native histograms, which are no numbers.

        Raises WrongExpression.
        """
        with _wrong_expressions():
            found = self.backend.post_json(_QUERY, {"query": expression, "time": _seconds_of(at_ms)})
        with self.backend.understanding(_QUERY):
            kind, result = found["data"]["resultType"], found["data"]["result"]
            if kind == "string":
                raise WrongExpression("it gives a text, which is no value")
            every = [{"metric": {}, "value": result}] if kind == "scalar" else result
            return [series for one in every if (series := _series(one)).samples]

    def over(self, expression: str, steps: range) -> list[Series]:
        """The same at each of some times."""
        form = {"query": expression, "start": _seconds_of(steps[0]), "end": _seconds_of(steps[-1])}
        with _wrong_expressions():
            found = self._series(_QUERY_RANGE, form | {"step": _seconds_of(steps.step)})
        return [series for series in found if series.samples]

    def exemplars(self, expression: str, first_ms: int, last_ms: int) -> list[Exemplar]:
        """The exemplars with a trace, of every series that an expression selects. Raises WrongExpression."""
        form = {"query": expression, "start": _seconds_of(first_ms), "end": _seconds_of(last_ms)}
        try:
            with _wrong_expressions():
                found = self.backend.post_json(_EXEMPLARS, form)
        except Declined as exc:
            if exc.status == _NOTHING_SELECTED:
                return []
            raise
        with self.backend.understanding(_EXEMPLARS):
            return [exemplar for series in found["data"] for exemplar in _exemplars(series)]

    def names(self, selector: str, window: Window) -> list[str]:
        """The names of the series that a selector names and that have a sample in a window."""
        form = {"match[]": selector, "start": _seconds(window[0]), "end": _seconds(window[1])}
        found = self.backend.get_json(_NAMES, form)
        with self.backend.understanding(_NAMES):
            return [str(name) for name in found["data"]]

    def _series(self, path: str, form: dict[str, str]) -> list[Series]:
        found = self.backend.post_json(path, form)
        with self.backend.understanding(path):
            return [_series(one) for one in found["data"]["result"]]


def _series(one: Any) -> Series:
    labels = {str(key): str(value) for key, value in one["metric"].items()}
    values = [one["value"]] if "value" in one else one.get("values", ())
    return Series(labels, tuple((_time_ns(at), float(value)) for at, value in values))


def _exemplars(series: Any) -> Iterator[Exemplar]:
    labels = {str(key): str(value) for key, value in series["seriesLabels"].items()}
    for one in series["exemplars"]:
        if trace_id := str(one["labels"].get("trace_id", "")):
            yield Exemplar(labels, _time_ns(one["timestamp"]), float(one["value"]), trace_id)


@contextmanager
def _wrong_expressions() -> Iterator[None]:
    """Around a query: makes Prometheus' word about the expression an error of whoever wrote it."""
    try:
        yield
    except Declined as exc:
        if exc.status not in _WRONG:
            raise
        try:
            said = str(json.loads(exc.body)["error"])
        except (ValueError, LookupError, TypeError, RecursionError):
            raise exc from None
        line, column, what = _WHERE.fullmatch(said or "?").groups("0")  # type: ignore[union-attr]
        raise WrongExpression(what, int(line), int(column)) from exc


def _time_ns(seconds: Any) -> int:
    return round(float(seconds) * 1000) * 10**6


def _seconds(time_ns: int) -> str:
    return _seconds_of(time_ns // 10**6)


def _seconds_of(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
