"""What one request will do, decided before it is sent: from a seed, an index and a fault, and from nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from random import Random
from typing import TYPE_CHECKING, Any

from phoenix_dev.demo.catalogue import DOCUMENTS_PER_TOPIC, MODEL_ATTEMPTS, SUBJECTS, TOOL_NAMES
from phoenix_dev.demo.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoenix_dev.demo.faults import Fault

#: Faults that only a request shows which the cache does not answer; a lost context is worth seeing where it tears off
#: two services, not one.
_PAST_THE_CACHE = frozenset({"lost-context", "slow-db", "db-errors", "cache-misses"})
_LONGEST_MODEL_MS = 5_000
_LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """The course of one request. It travels as the request's JSON body from service to service.

    `fresh`: the answer may not come from the cache (HTTP's `Cache-Control: no-cache`), so the cache misses; otherwise
    it hits, for the questions that the cache knows from the start. `tool`: the tool it needs, empty for none.
    `documents`: how many the search returns. `llm_ms`: milliseconds a completion takes. `llm_failures`: how many calls
    to the model fail before one succeeds. `isolated`: the request brings its own circuit breaker, so that what it
    causes depends on no other request.
    """

    user_id: str
    question: str
    fault: Fault
    fresh: bool
    tool: str
    documents: int
    llm_ms: int
    llm_failures: int
    isolated: bool

    @property
    def searched(self) -> bool:
        """Whether the answer was made of what the knowledge base found."""
        return self.fresh and self.fault != "db-errors"

    @property
    def tool_fails(self) -> bool:
        """Whether the tool fails; the model is not asked then."""
        return self.fault == "tool-errors"

    @property
    def worker_dies(self) -> bool:
        """Whether the worker that has the request in hand does not survive it; the model is not asked then."""
        return self.fault == "worker-dies"

    @property
    def asks_model(self) -> bool:
        """Whether a request comes so far that the model is asked."""
        return not (self.tool_fails or self.worker_dies)

    @property
    def answered(self) -> bool:
        """Whether all goes well until the model is asked, and it answers within the attempts allowed; otherwise the
        request fails.
        """
        return self.llm_failures < MODEL_ATTEMPTS and self.asks_model

    @property
    def status_code(self) -> int:
        """What the client of the api-gateway must see."""
        return 200 if self.answered else 503 if self.asks_model else 502

    def as_json(self) -> dict[str, Any]:
        """The request's body."""
        return asdict(self)


def scenario_of(seed: int, index: int, fault: Fault = "") -> Scenario:
    """The scenario of the request at `index` (from 0) of the traffic that `seed` stands for.

    The fault changes only what it must: the same index with and without a fault asks the same question.
    """
    dice = _dice(f"scenario/{seed}/{index}")
    subject = dice.choice(SUBJECTS)
    fresh = dice.random() < 0.6
    tool = dice.choice(("", *TOOL_NAMES))
    documents = dice.randint(1, DOCUMENTS_PER_TOPIC)
    llm_ms = dice.randint(20, 80)
    recovers = dice.random() < 0.25
    return Scenario(
        user_id=f"user-{dice.randint(1, 200):03d}",
        question=subject.question,
        fault=fault,
        fresh=fresh or fault in _PAST_THE_CACHE,
        tool=tool or (TOOL_NAMES[0] if fault == "tool-errors" else ""),
        documents=documents,
        llm_ms=llm_ms,
        llm_failures=_failures(fault, recovers=recovers),
        isolated=True,
    )


def request_ids(seed: int, index: int) -> tuple[str, str]:
    """Correlation ID and request ID of the same request."""
    dice = _dice(f"ids/{seed}/{index}")
    return f"corr-{dice.getrandbits(48):012x}", f"req-{dice.getrandbits(48):012x}"


def scenario_from_body(body: Mapping[str, Any], seed: int) -> Scenario:
    """The scenario of a request as it arrived at the edge; what it leaves out is made up from the question and `seed`.

    Such a request shares cache and circuit breaker with all others. Raises ValueError naming the field that is wrong.
    """
    fault = body.get("fault", "")
    if fault not in ("", *FAULTS):
        raise ValueError(f"fault must be one of {', '.join(FAULTS)}")
    question = body.get("question", SUBJECTS[0].question)
    if not isinstance(question, str) or len(question) > _LONGEST_TEXT:
        raise ValueError(f"question must be a text of at most {_LONGEST_TEXT} characters")
    made_up = scenario_of(_dice(f"question/{seed}/{question}").getrandbits(32), 0, fault)
    values = {**made_up.as_json(), "question": question, "fresh": fault in _PAST_THE_CACHE, "isolated": False, **body}
    known = {field.name: values[field.name] for field in fields(Scenario)}
    _check(known)
    return Scenario(**known)


def _check(values: Mapping[str, Any]) -> None:
    if values["tool"] not in ("", *TOOL_NAMES):
        raise ValueError(f"tool must be one of {', '.join(TOOL_NAMES)}")
    if not isinstance(values["user_id"], str) or len(values["user_id"]) > _LONGEST_TEXT:
        raise ValueError("user_id must be a text")
    for name in ("fresh", "isolated"):
        if not isinstance(values[name], bool):
            raise ValueError(f"{name} must be true or false")
    for name, most in (
        ("documents", DOCUMENTS_PER_TOPIC),
        ("llm_ms", _LONGEST_MODEL_MS),
        ("llm_failures", MODEL_ATTEMPTS),
    ):
        if type(values[name]) is not int or not 0 <= values[name] <= most:
            raise ValueError(f"{name} must be a whole number from 0 to {most}")


def _dice(name: str) -> Random:
    return Random(f"phoenix-demo/{name}")  # noqa: S311 - reproducible on purpose, no secret


def _failures(fault: Fault, *, recovers: bool) -> int:
    if fault == "slow-llm":
        return 1
    if fault == "llm-errors":
        return MODEL_ATTEMPTS - 1 if recovers else MODEL_ATTEMPTS
    return 0
