"""The services of the demo, who calls whom, and the few constants on which services and ground truth must agree."""

from __future__ import annotations

from dataclasses import dataclass

GATEWAY = "api-gateway"
ORCHESTRATOR = "orchestrator"
ROUTER = "data-router"
LLM = "llm-service"
TOOLS = "tool-service"
KNOWLEDGE = "knowledge-base"

#: Outside in: the order in which they are listed and started.
SERVICES = (GATEWAY, ORCHESTRATOR, ROUTER, LLM, TOOLS, KNOWLEDGE)

MODEL = "phoenix-small"
#: What the LLM stand-in allows a completion before it gives up, in milliseconds.
MODEL_TIMEOUT_MS = 900
#: Calls to the model that one answer may cost.
MODEL_ATTEMPTS = 4
#: Failures in a row that open a circuit breaker.
BREAKER_THRESHOLD = 3
#: The circuit breakers: the orchestrator's in front of the model, the data-router's in front of the knowledge base.
MODEL_BREAKER = "llm-service"
KNOWLEDGE_BREAKER = "knowledge-base"
#: Calls to the knowledge base that one answer may cost.
KNOWLEDGE_ATTEMPTS = 3
#: What a query takes when its database is slow, in milliseconds.
SLOW_QUERY_MS = 1_200
KNOWLEDGE_RPC_SERVICE = "phoenix.knowledge.v1.KnowledgeBase"
KNOWLEDGE_RPC_METHOD = "Search"
TOOL_NAMES = ("calculator", "word_count")

ROUTE_PROCESS = "/api/process"
ROUTE_ORCHESTRATE = "/v1/process"
ROUTE_ROUTE = "/v1/route"
ROUTE_CHAT = "/v1/chat"
ROUTE_TOOL = "/v1/tools/{tool}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing the knowledge base knows about, and a question people ask about it."""

    topic: str
    question: str


#: The questions that traffic asks; the cache knows their answers from the start.
SUBJECTS = (
    Subject("billing", "Why was I charged twice for 12 seats in March?"),
    Subject("refunds", "How long does a refund of 49 and 15 euros take?"),
    Subject("shipping", "When will the parcel with 3 items arrive?"),
    Subject("returns", "Can I send back 2 of 5 pairs of shoes?"),
    Subject("passwords", "How do I reset the password of a shared account?"),
    Subject("invitations", "Why do 4 of my 20 invitations bounce?"),
    Subject("exports", "How do I export 90 days of orders as a table?"),
    Subject("limits", "What happens after 1000 requests in 60 seconds?"),
)
TOPICS = tuple(subject.topic for subject in SUBJECTS)
#: Documents that the knowledge base holds for each topic: the most that a search can return.
DOCUMENTS_PER_TOPIC = 3
