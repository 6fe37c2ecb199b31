"""What went wrong in a request, said once, where it began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.model.attribute_words import text_at
from phoenix_dev.model.timeline.frames import LONGEST_LINE, innermost_own, place_of

if TYPE_CHECKING:
    from phoenix_dev.model.attributes import Attributes
    from phoenix_dev.model.span import Span
    from phoenix_dev.model.timeline.bars import Timeline

_TELLING = (
    "error.type",
    "http.response.status_code",
    "http.status_code",
    "rpc.grpc.status_code",
    "rpc.response.status_code",
    "db.response.status_code",
)

#: Characters of an exception's type in which its last part is looked for.
_LONGEST_TYPE = 200
#: Characters of an error's code.
_LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """What a span says went wrong, the innermost own line of code, and the message without the exception's type."""

    message: str
    place: str = ""
    bare: str = ""

    @property
    def brief(self) -> str:
        """The message with the exception's type, but without the module it comes from."""
        kind, separator, rest = self.message.partition(": ")
        if not (separator and self.bare):
            return self.message
        return f"{kind[-_LONGEST_TYPE:].replace('::', '.').rsplit('.', 1)[-1]}: {rest}"


def failures_of(span: Span) -> tuple[Failure, ...]:
    """Exceptions of a span, then its status message where they do not say it; of a failed span always at least one."""
    found: dict[str, Failure] = {}
    for event in span.events:
        if event.name == "exception":
            kind, message = text_at(event.attributes, "exception.type"), text_at(event.attributes, "exception.message")
            text = ": ".join(filter(None, (kind, message))) or "exception without type and message"
            if text not in found:
                place = innermost_own(text_at(event.attributes, "exception.stacktrace")) or _named(event.attributes)
                found[text] = Failure(text, place, message)
    if span.status == "error":
        said = span.status_message
        if said and not any(said in text for text in found):
            found[said] = Failure(said)
        if not found:
            codes = [
                f"{key}={text_at(span.attributes, key)[:_LONGEST_CODE]}" for key in _TELLING if key in span.attributes
            ]
            text = " ".join(codes) or "status error, without a message"
            found[text] = Failure(text)
    return tuple(found.values())


def _named(attributes: Attributes) -> str:
    """The place that an event names itself (semantic conventions, "Source code attributes", and their older names): in
    Rust an error has no stack trace.
    """
    for file_key, line_key in (("code.file.path", "code.line.number"), ("code.filepath", "code.lineno")):
        if file := text_at(attributes, file_key)[-LONGEST_LINE:]:
            return place_of(file, text_at(attributes, line_key)[:_LONGEST_CODE])
    return ""


def failures_by_bar(timeline: Timeline, *, every: bool = False) -> dict[int, tuple[Failure, ...]]:
    """For each bar what to say below it. What a bar further down says in the same words is left out above it, unless
    `every`.
    """
    by_bar = {index: failures_of(bar.span) for index, bar in enumerate(timeline.bars) if bar.troubled}
    if every:
        return by_bar
    nearest: dict[str, int] = {}
    for index in sorted(by_bar, reverse=True):
        end = index + timeline.bars[index].size
        kept = tuple(failure for failure in by_bar[index] if nearest.get(failure.message, end) >= end)
        nearest.update((words, index) for failure in by_bar[index] for words in (failure.message, failure.bare))
        by_bar[index] = kept
    return by_bar


def origins(timeline: Timeline) -> tuple[int, ...]:
    """Bars with status error below which nothing has status error: where the trouble began; those of the critical path
    first.
    """
    failed_below = [False] * len(timeline.bars)
    found = []
    for index in range(len(timeline.bars) - 1, -1, -1):
        bar = timeline.bars[index]
        failed = bar.span.status == "error"
        if failed and not failed_below[index]:
            found.append(index)
        if bar.parent >= 0:
            failed_below[bar.parent] = failed_below[bar.parent] or failed or failed_below[index]
    return tuple(
        sorted(found, key=lambda index: (timeline.bars[index].own_ns == 0, timeline.bars[index].offset_ns, index))
    )
