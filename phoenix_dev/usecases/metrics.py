"""What was measured of all services, or of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from phoenix_dev.model.figures import Figure, FigureGroup, FigureRow, Figures
from phoenix_dev.signals.figures import ENDPOINTS, OF_ALL, OF_ONE, WORK, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoenix_dev.model.series import Series
    from phoenix_dev.signals.figures import Question, QuestionGroup
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.metrics import MetricStore

#: Steps of a course, and how much time a step's figure covers at least: what an application sends every 15 s, or what
#: is scraped as often, has to be in it several times (requirement R24 has the same windows).
STEPS = 30
LEAST_WINDOW_NS = 60 * 10**9
_MS = 10**6

_Labels = tuple[tuple[str, str], ...]


def read_figures(
    stores: Stores,
    service: str,
    since_ns: int,
    until_ns: int,
    *,
    groups: Sequence[QuestionGroup] = (),
    steps: int = STEPS,
    whole: bool = True,
) -> Figures:
    """The figures of a service, or (empty) of all: at steps of the time, and with `whole` over all of it.

    `groups`: which questions are asked, unless the usual. Of a service that nobody asks anything of, all that it does
    is told in place of its endpoints.
    """
    whole_ns = max(until_ns - since_ns, steps * _MS)
    step_ns = whole_ns // steps // _MS * _MS
    last_ns = until_ns // _MS * _MS
    times = tuple(last_ns - step_ns * back for back in range(steps - 1, -1, -1))
    asking = _Asking(stores.metrics, service, until_ns, whole_ns, times, max(step_ns, LEAST_WINDOW_NS))
    asked = groups or (OF_ONE if service else OF_ALL)
    known = asking.known([name for group in asked for name in group.needs])
    found = [asking.group(group, whole=whole) for group in asked if not known.isdisjoint(group.needs)]
    is_asked = any(group.rows for group in found if group.key == ENDPOINTS.key)
    if service and not groups and not is_asked and not known.isdisjoint(WORK.needs):
        found.insert(0, asking.group(WORK, whole=whole))
    kept = tuple(group for group in found if group.rows)
    return Figures(service, since_ns, until_ns, asking.window_ns, times, kept)


class _Asking:
    def __init__(
        self, store: MetricStore, service: str, until_ns: int, whole_ns: int, times: Sequence[int], window_ns: int
    ) -> None:
        self._store = store
        self._service = service
        self._until_ns = until_ns
        self._whole_ns = whole_ns
        self._times = times
        self.window_ns = window_ns

    def known(self, names: Sequence[str]) -> set[str]:
        """Those of the names that have a sample in the time."""
        expression = f'count by (__name__) (last_over_time({{__name__=~"{"|".join(names)}"{{only}}}}[{{window}}]))'
        return {series.labels.get("__name__", "") for series in self._whole(expression)}

    def group(self, asked: QuestionGroup, *, whole: bool) -> FigureGroup:
        """The answers to a group's questions, a row for each set of labels."""
        rows: dict[_Labels, dict[str, Figure]] = {}
        for question in asked.questions:
            over_all = _by_labels(self._whole(question.whole if whole else ""), asked.labels)
            course = _by_labels(self._course(question.course), asked.labels)
            for labels in {**over_all, **course}:
                figure = self._figure(question, over_all.get(labels), course.get(labels))
                rows.setdefault(labels, {})[question.key] = figure
        named = (FigureRow(dict(labels), self._with_shares(figures, asked)) for labels, figures in rows.items())
        return FigureGroup(asked.key, asked.title, tuple(sorted(named, key=lambda row: tuple(row.labels.values()))))

    def _with_shares(self, figures: dict[str, Figure], asked: QuestionGroup) -> dict[str, Figure]:
        """The same with what follows from it: how often, and which part failed (or was found in a cache)."""
        requests = figures.get("requests")
        every = requests.value if requests else None
        if every is None:
            return figures
        rate = figures.get("rate")
        found = {**figures, "rate": Figure("per_s", every / (self._whole_ns / 1e9), rate.course if rate else ())}
        for part, key in (("errors", "error"), ("hits", "hit")):
            if part in {question.key for question in asked.questions}:
                some, share = figures.get(part), figures.get(key)
                number = (some.value if some else None) or 0.0
                found[part] = Figure("count", number, ())
                found[key] = Figure("ratio", number / every if every else None, share.course if share else ())
        return found

    def _whole(self, expression: str) -> Sequence[Series]:
        if not expression:
            return ()
        return self._store.query(filled(expression, window_ns=self._whole_ns, service=self._service), self._until_ns)

    def _course(self, expression: str) -> Sequence[Series]:
        if not expression:
            return ()
        query = filled(expression, window_ns=self.window_ns, service=self._service)
        step_ns = self._times[1] - self._times[0]
        return self._store.query_range(query, self._times[0], self._times[-1], step_ns)

    def _figure(self, question: Question, whole: Series | None, course: Series | None) -> Figure:
        value = whole.samples[-1][1] if whole else None
        at = dict(course.samples) if course else {}
        values = tuple(_known(at.get(time_ns)) for time_ns in self._times)
        return Figure(question.unit, _known(value), values if question.course else ())


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _by_labels(found: Sequence[Series], labels: Sequence[str]) -> dict[_Labels, Series]:
    return {tuple((label, series.labels.get(label, "")) for label in labels): series for series in found}
