"""Alerts in signals.db: written by the one process that evaluates the rules, read by any."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from phoenix_dev.errors import NotReady
from phoenix_dev.model.alert import SEVERITIES, Alert, Delivery, Rules, RuleState
from phoenix_dev.model.quantity import duration
from phoenix_dev.telemetry.series.database import NothingYet, SeriesConnection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from phoenix_dev.telemetry.series.writer import SeriesWriter

#: Messages that are kept.
_MOST_DELIVERIES = 1_000
#: What nobody has evaluated for so long (nanoseconds) says nothing about this moment.
_STALE_NS = 60 * 10**9


class AlertKeeper:
    """Keeps rules with their alerts, and messages, with the next commit of the writer."""

    def __init__(self, writer: SeriesWriter) -> None:
        self._writer = writer
        self._written: dict[int, str] = {}

    def remembered(self) -> tuple[RuleState, ...]:
        """The rules as they were when they were last kept."""
        return tuple(_rule(evaluated, document) for evaluated, document in self._writer.rows(_RULES))

    def keep_rules(self, rules: Sequence[RuleState]) -> None:
        """Every rule, in an order that stays."""
        if self._written and len(self._written) != len(rules):
            self._written = {}
        if not self._written:
            self._writer.run("DELETE FROM rule", [()])
        documents = {number: _document(rule) for number, rule in enumerate(rules)}
        new = [(number, text) for number, text in documents.items() if self._written.get(number) != text]
        self._writer.run(
            "INSERT OR REPLACE INTO rule (id, evaluated, document) VALUES (?, ?, ?)",
            [(number, rules[number].evaluated_ns, text) for number, text in new],
        )
        self._writer.run(
            "UPDATE rule SET evaluated = ? WHERE id = ?", [(r.evaluated_ns, n) for n, r in enumerate(rules)]
        )
        self._written = documents

    def keep_delivery(self, delivery: Delivery) -> None:
        """A message for the inbox."""
        row = (delivery.time_ns, delivery.channel, json.dumps(asdict(delivery)))
        self._writer.run("INSERT INTO delivery (time, channel, document) VALUES (?, ?, ?)", [row])
        self._writer.run("DELETE FROM delivery WHERE id <= (SELECT max(id) FROM delivery) - ?", [(_MOST_DELIVERIES,)])


class EmbeddedAlertStore:
    """Implements `AlertStore` on the file that is made of a `store`."""

    def __init__(self, path: Path, store: Path | None = None) -> None:
        self._db = SeriesConnection(path, store)

    def rules(self) -> Rules:
        """See `AlertStore.rules`. Raises NotReady, too, when nobody has evaluated them for a minute."""
        found: list[Any] = self._db.rows(_RULES)
        rules = [_rule(evaluated, document) for evaluated, document in found]
        age_ns = time.time_ns() - max((rule.evaluated_ns for rule in rules), default=0)
        if not rules:
            raise NotReady("no alert was evaluated yet", hint="phoenix-dev status")
        if age_ns > _STALE_NS:
            raise NotReady(f"no alert was evaluated for {duration(age_ns)}", hint="phoenix-dev status")
        return Rules(tuple(sorted(rules, key=lambda rule: (rule.name, SEVERITIES.index(rule.severity)))))

    def deliveries(self, since_ns: int) -> tuple[Delivery, ...]:
        """See `AlertStore.deliveries`."""
        try:
            rows: list[Any] = self._db.rows(_DELIVERIES, (since_ns,))
        except NothingYet:
            return ()
        return tuple(_delivery(json.loads(document)) for (document,) in rows)


_DELIVERIES = "SELECT document FROM delivery WHERE time >= ? ORDER BY time, id"
_RULES = "SELECT evaluated, document FROM rule ORDER BY id"


def _document(rule: RuleState) -> str:
    told = asdict(rule)
    del told["evaluated_ns"]
    return json.dumps(told)


def _rule(evaluated_ns: int, document: str) -> RuleState:
    told = json.loads(document)
    alerts = tuple(Alert(**{**one, "inhibited_by": tuple(one["inhibited_by"])}) for one in told.pop("alerts"))
    return RuleState(**told, alerts=alerts, evaluated_ns=evaluated_ns)


def _delivery(told: dict[str, Any]) -> Delivery:
    return Delivery(**{**told, "alerts": tuple(told["alerts"])})
