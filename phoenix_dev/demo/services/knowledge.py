"""knowledge-base: documents in SQLite, searched over gRPC."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind

from phoenix_dev.demo.business import FAILED_QUERIES, QUERIES
from phoenix_dev.demo.catalogue import KNOWLEDGE_RPC_METHOD, KNOWLEDGE_RPC_SERVICE, SLOW_QUERY_MS, TOPICS
from phoenix_dev.demo.documents import documents_of
from phoenix_dev.demo.health import Dependency
from phoenix_dev.demo.instruments import knowledge_duration
from phoenix_dev.demo.rpc import RpcServer
from phoenix_dev.demo.services import Parts, Surroundings
from phoenix_dev.demo.spans import ServiceError, span

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "knowledge.db"
_SCHEMA = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, title TEXT NOT NULL);
CREATE TABLE passages (document_id INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX documents_by_topic ON documents (topic);
CREATE INDEX passages_by_document ON passages (document_id);
"""
_DOCUMENTS = "SELECT id, title FROM documents WHERE topic = ? ORDER BY id LIMIT ?"
_PASSAGES = "SELECT text FROM passages WHERE document_id = ?"


class DatabaseError(ServiceError):
    """The database refused."""


class KnowledgeBase:
    """Answers the gRPC method `Search`. One connection, used by one thread at a time."""

    def __init__(self, surroundings: Surroundings, database: sqlite3.Connection) -> None:
        self._telemetry = surroundings.telemetry
        self._tally = surroundings.tally
        self._database = database
        self._lock = Lock()
        self._duration = knowledge_duration(surroundings.telemetry.meter)

    def search(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The passages of the first `documents` documents about `topic`."""
        started = perf_counter()
        labels: dict[str, str] = {}
        with span(self._telemetry.tracer, "query", attributes={"knowledge_base.topic": str(request["topic"])}):
            self._tally.add(QUERIES)
            try:
                fault = str(request.get("fault", ""))
                found = self._select("documents", _DOCUMENTS, (request["topic"], request["documents"]), fault)
                # One query a document on purpose: the classic that a waterfall shows at a glance.
                passages = [row[0] for number, _ in found for row in self._select("passages", _PASSAGES, (number,))]
            except DatabaseError as error:
                labels["error.type"] = type(error).__name__
                self._tally.add(FAILED_QUERIES)
                self._telemetry.journal.write("ERROR", str(error))
                raise
            finally:
                self._duration.record(perf_counter() - started, labels)
            elapsed = (perf_counter() - started) * 1000
            self._telemetry.journal.write("INFO", "documents found", duration_ms=elapsed, documents=len(found))
        return {"passages": passages}

    def probe(self) -> None:
        """Ask the database something. Raises OSError when it does not answer."""
        try:
            with self._lock:
                self._database.execute("SELECT 1").fetchone()
        except sqlite3.Error as error:
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _select(self, table: str, query: str, values: tuple[Any, ...], fault: str = "") -> list[Any]:
        attributes = {
            "db.system.name": "sqlite",
            "db.namespace": _FILE,
            "db.operation.name": "SELECT",
            "db.collection.name": table,
            "db.query.text": query,
        }
        with span(self._telemetry.tracer, f"SELECT {table}", SpanKind.CLIENT, attributes) as current:
            self._suffer(fault)
            try:
                with self._lock:
                    rows = self._database.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise DatabaseError(str(error)) from error
            current.set_attribute("db.response.returned_rows", len(rows))
            self._telemetry.journal.write("TRACE", "rows read", table=table, rows=len(rows))
            return rows

    def _suffer(self, fault: str) -> None:
        if fault == "db-errors":
            raise DatabaseError("database is locked")
        if fault == "slow-db":
            sleep(SLOW_QUERY_MS / 1000)
            self._telemetry.journal.write("WARN", "slow query", duration_ms=float(SLOW_QUERY_MS))


def open_database(path: Path) -> sqlite3.Connection:
    """A fresh database with every document in it."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, check_same_thread=False)
    database.executescript(_SCHEMA)
    with database:
        for topic in TOPICS:
            for title, text in documents_of(topic):
                number = database.execute(
                    "INSERT INTO documents (topic, title) VALUES (?, ?)", (topic, title)
                ).lastrowid
                database.execute("INSERT INTO passages VALUES (?, ?)", (number, text))
    return database


def build(surroundings: Surroundings) -> Parts:
    """The knowledge base's parts."""
    base = KnowledgeBase(surroundings, open_database(Path(surroundings.folder) / _FILE))
    methods = {KNOWLEDGE_RPC_METHOD: base.search}
    server = RpcServer(surroundings.telemetry.tracer, surroundings.grpc_port, KNOWLEDGE_RPC_SERVICE, methods)

    def close() -> None:
        server.stop(1.0)
        base.close()

    return Parts({}, (Dependency("sqlite", "database", base.probe),), close)
