"""What stands above the waterfall of a request that was just sent: the answer, and whether it was as expected."""

from __future__ import annotations

from base64 import b64encode
from itertools import islice
from typing import TYPE_CHECKING, Any

from phoenix_dev.model.amount import size
from phoenix_dev.model.quantity import duration
from phoenix_dev.render import style
from phoenix_dev.render.jsonout import milliseconds, request_json
from phoenix_dev.render.line import ENDLESS, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from phoenix_dev.model.exchange import Answer, Exchange, Expectation

#: Lines of the body of an answer that says that something went wrong.
_LINES_OF_A_FAILURE = 10


def answer_lines(
    went: Exchange, *, width: int, clip: bool, headers: bool = False, body: bool = False
) -> Iterator[Text]:
    """Status, time, kind and size of the answer, and the request; with `headers` and `body` these. The beginning of the
    body of a failure is always there: it says why.
    """
    sent, answer, cut = went.sent, went.answer, width if clip else ENDLESS
    line = Line(cut)
    if answer.status:
        line.add(f"{answer.status} {answer.reason}".rstrip(), _style(answer.status))
        line.add(f"  {duration(answer.duration_ns)}", style.STRONG)
        line.add("".join(f"  {part}" for part in (answer.header("content-type"), size(answer.size)) if part), style.DIM)
    if answer.broken:
        line.add(("  " if answer.status else "") + f"it {answer.broken}", style.ERROR)
    line.add(f"  {sent.method} {sent.url}")
    yield line.text()
    for name, value in answer.headers if headers else ():
        yield Line(cut).add(f"{name}: ", style.DIM).add(value).text()
    if answer.body and (body or answer.status >= 400):
        yield Line().text()
        yield from _body_lines(answer.body, ENDLESS if body else cut, whole=body)


def expectation_lines(expectations: Sequence[Expectation], *, width: int, clip: bool) -> Iterator[Text]:
    """A line for each expectation, met or not."""
    for one in expectations:
        line = Line(width if clip else ENDLESS).add("✓ " if one.met else "✗ ", style.OK if one.met else style.ERROR)
        yield line.add(one.expected).add(f"  {one.found}", style.DIM if one.met else "").text()


def exchange_json(went: Exchange) -> dict[str, Any]:
    """`request --json`: the request, the answer, the expectations, and what `trace ID --json` says."""
    sent = went.sent
    return {
        "request": {
            "method": sent.method,
            "url": sent.url,
            "headers": [list(pair) for pair in sent.headers],
            "trace_id": sent.trace_id,
            "correlation_id": sent.correlation_id,
            "request_id": sent.request_id,
        },
        "response": _answer_json(went.answer),
        "expectations": [{"expected": one.expected, "met": one.met, "found": one.found} for one in went.expectations],
        **request_json(went.found),
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    try:
        text, raw = answer.body.decode("utf-8"), ""
    except UnicodeDecodeError:
        text, raw = "", b64encode(answer.body).decode("ascii")
    return {
        "status": answer.status,
        "reason": answer.reason,
        "headers": [list(pair) for pair in answer.headers],
        "body": text,
        "body_base64": raw,
        "size_bytes": answer.size,
        "duration_ms": milliseconds(answer.duration_ns),
        "error": answer.broken,
    }


def _body_lines(body: bytes, cut: int, *, whole: bool) -> Iterator[Text]:
    lines = body.decode("utf-8", "replace").splitlines()
    for text in lines if whole else islice(lines, _LINES_OF_A_FAILURE):
        yield Line(cut).add(text).text()
    if not whole and len(lines) > _LINES_OF_A_FAILURE:
        yield Line(cut).add(f"… {len(lines) - _LINES_OF_A_FAILURE} more lines (--body)", style.DIM).text()


def _style(status: int) -> str:
    return style.ERROR if status >= 500 else style.WARN if status >= 400 else style.OK
