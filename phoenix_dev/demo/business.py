"""What a scenario must cause in numbers: requests, tokens, queries, look-ups, executions; counted as services do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from phoenix_dev.demo import catalogue as c
from phoenix_dev.demo.documents import text_of

if TYPE_CHECKING:
    from phoenix_dev.demo.scenario import Scenario
    from phoenix_dev.demo.tally import Counts

REQUESTS = "requests.received"
FAILED_REQUESTS = "requests.failed"
LLM_REQUESTS = "llm.requests"
LLM_FAILURES = "llm.failures"
INPUT_TOKENS = "llm.input_tokens"
OUTPUT_TOKENS = "llm.output_tokens"
QUERIES = "knowledge_base.queries"
FAILED_QUERIES = "knowledge_base.failures"

#: How many words each tool puts into the prompt.
_WORDS = {"": 0, "calculator": 9, "word_count": 5}


def cache_lookups(result: str) -> str:
    """`cache.hits` or `cache.misses`."""
    return {"hit": "cache.hits", "miss": "cache.misses"}[result]


def executions(tool: str, *, failed: bool) -> str:
    """`tools.calculator.failed` and its like."""
    return f"tools.{tool}.{'failed' if failed else 'succeeded'}"


def business_of(scenario: Scenario) -> Counts:
    """The numbers of an isolated scenario that asks one of the catalogue's questions."""
    numbers: Counts = Counter({REQUESTS: 1, FAILED_REQUESTS: int(not scenario.answered)})
    numbers[cache_lookups("miss" if scenario.fresh else "hit")] += 1
    if scenario.fresh:
        failures = c.KNOWLEDGE_ATTEMPTS if scenario.fault == "db-errors" else 0
        numbers += Counter({QUERIES: failures or 1, FAILED_QUERIES: failures})
    if scenario.tool:
        numbers[executions(scenario.tool, failed=scenario.tool_fails)] += 1
    if scenario.asks_model:
        numbers += _of_the_model(scenario)
    return +numbers


def _of_the_model(scenario: Scenario) -> Counts:
    numbers: Counts = Counter(
        {LLM_REQUESTS: scenario.llm_failures + scenario.answered, LLM_FAILURES: scenario.llm_failures}
    )
    if scenario.answered:
        # The model takes a word for a token, and answers with the first sentence of what it was given.
        context = text_of(_topic(scenario.question), scenario.documents if scenario.searched else 1)
        own = len(context.split()) + len(scenario.question.split())
        numbers[INPUT_TOKENS] = own + _WORDS[scenario.tool]
        numbers[OUTPUT_TOKENS] = len(context.partition(".")[0].split())
    return numbers


def _topic(question: str) -> str:
    return next(subject.topic for subject in c.SUBJECTS if subject.question == question)
