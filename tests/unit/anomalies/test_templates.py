"""Messages → words → templates: whatever varies by nature is masked, what varies among many is a variable."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_dev.anomalies.counting import Counting
from phoenix_dev.anomalies.templates import FEW, matches, templates_of
from phoenix_dev.anomalies.window import window
from phoenix_dev.anomalies.words import MOST_CHARS, MOST_WORDS, shape_of, text_of, words_in
from phoenix_dev.model.log import LogLine

MINUTE = 60 * 10**9
#: Like messages of services: few beginnings, many ends; and whatever else there is.
MESSAGES = st.one_of(
    st.lists(st.sampled_from(("login", "failed", "ok", "user", "al=7", "took", "12ms", "=")), max_size=6).map(" ".join),
    st.text(max_size=40),
)


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("routed to llm-service in 12.5 ms", "routed to llm-service in ‹*›"),
        ("took 1h 30m, retry -3 of +4 at 99.9%", "took ‹*› ‹*›, retry ‹*› of ‹*› at ‹*›"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736 of 0af76519-16cd-43dd-8448-eb211c80319c", "trace ‹*› of ‹*›"),
        ("listens on 10.0.0.7:5432 and [fe80:1:2::3]", "listens on ‹*›:‹*› and [‹*›]"),
        ("""cannot open "a b.txt" of 'c d', it isn't there""", "cannot open ‹*› of ‹*›, it isn't there"),
        ("user=alice id=42", "user=alice id=‹*›"),
        ("GET /users/42/orders?x=1", "GET /users/‹*›/orders?x=‹*›"),
        ('{"event": "started", "port": 80}', '{"event": ‹*›, "port": ‹*›}'),
        ("failed\n  at line 1\n  at line 2", "failed"),
        ("  two   blanks  ", "two blanks"),
        ("", ""),
    ],
)
def test_what_varies_by_nature_is_masked(message: str, template: str) -> None:
    assert text_of(words_in(shape_of(message))) == template


def test_a_megabyte_is_no_longer_than_a_line() -> None:
    for message in ("x" * 1_000_000, "a " * 500_000, "1 " * 500_000, "'" * 1_000_000, '"a' * 500_000):
        words = words_in(shape_of(message))
        assert len(words) <= MOST_WORDS + 1
        assert sum(map(len, words)) <= 3 * MOST_CHARS


def templates(*messages: str) -> set[str]:
    return {text_of(template) for template in templates_of(words_in(shape_of(one)) for one in messages).values()}


def test_a_word_with_few_values_keeps_templates_apart() -> None:
    assert templates("login ok", "login failed") == {"login ok", "login failed"}
    names = [f"user {name} logged {way}" for name in "abcdefghijkl" for way in ("in", "out")]
    assert templates(*names) == {"user ‹*› logged in", "user ‹*› logged out"}


def test_a_word_with_many_values_is_a_variable_where_the_rest_is_alike() -> None:
    values = [chr(ord("a") + number) for number in range(FEW + 1)]
    assert templates(*(f"user {value} is gone" for value in values)) == {"user ‹*› is gone"}
    assert len(templates(*(f"user {value} is gone" for value in values[:FEW]))) == FEW
    unlike = [" ".join(chr(ord("a") + number) * size for size in (1, 2, 3)) for number in range(FEW + 1)]
    assert templates(*unlike) == set(unlike)


@given(st.lists(MESSAGES, max_size=40))
def test_every_message_is_of_its_template(messages: list[str]) -> None:
    found = templates_of(words_in(shape_of(one)) for one in messages)
    for message in messages:
        words = words_in(shape_of(message))
        assert matches(found[words], words)


def counted(messages: list[str], most: int = 1000) -> Counting:
    counting = Counting(window(75 * MINUTE, 90 * MINUTE, 60 * MINUTE), most)
    counting.add(LogLine(20 * MINUTE + number, "a", 9, one, "") for number, one in enumerate(messages))
    return counting


@given(st.lists(MESSAGES, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_template(messages: list[str], rng: random.Random) -> None:
    def found(lines: list[str]) -> dict[tuple[str, ...], int]:
        return {words: tally.total for words, tally in counted(lines).by_template().get(("a", 3), {}).items()}

    shuffled = rng.sample(messages, len(messages))
    assert found(messages) == found(shuffled)
    assert sum(found(messages).values()) == len(messages)


@pytest.mark.parametrize("size", [2, 5])
def test_however_many_messages_there_are_what_is_kept_is_bounded(size: int) -> None:
    rng = random.Random(1)
    messages = ["".join(rng.choice("abcdefgh ") for _ in range(rng.randrange(3, 30 * size))) for _ in range(3000)]
    messages += [f"user {''.join(rng.choice('abcdefgh') for _ in range(6))} logged in" for _ in range(3000)]
    counting = counted(rng.sample(messages, len(messages)), most=200)
    found = counting.by_template()["a", 3]
    assert counting.shapes <= 200
    assert sum(tally.total for tally in found.values()) == counting.lines == 6000
    assert {text_of(words): tally.total for words, tally in found.items()}["user ‹*› logged in"] > 2000
