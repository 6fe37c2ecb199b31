"""Rules evaluated, people told, and all of it kept in signals.db."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_dev.alerting.channels import Channels, channels_of
from phoenix_dev.alerting.notifier import Pace
from phoenix_dev.alerting.routes import things_of
from phoenix_dev.errors import UsageError
from phoenix_dev.settings import Settings
from phoenix_dev.signals.own import own_labels
from phoenix_dev.signals.rules import alert_rules, recording_rules
from phoenix_dev.telemetry.series.alerts import AlertKeeper
from phoenix_dev.telemetry.series.reader import EmbeddedSeries
from phoenix_dev.watching.dispatch import Dispatch
from phoenix_dev.watching.evaluation import Evaluation
from phoenix_dev.watching.summaries import Summaries

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_dev.telemetry.series.writer import SeriesWriter
    from phoenix_dev.watching.evaluation import Put
    from phoenix_dev.watching.options import WatchingOptions
    from phoenix_dev.watching.settings import WatchSettings

_NS = 10**6


class Alerting:
    """Of a state folder, with what `writer` keeps of it. What rules give as series is handed to `put`.

    Every method raises NotReady when signals.db cannot be written. Times are Unix milliseconds.
    """

    def __init__(
        self,
        options: WatchingOptions,
        settings: WatchSettings,
        writer: SeriesWriter,
        put: Put,
        now_ms: int,
        say: Callable[[str], None],
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._keeper = AlertKeeper(writer)
        least_ms = round(options.flush_s * 1000)
        things = things_of(own_labels(settings.tuning.indicators))
        self._evaluation = Evaluation(
            alert_rules(settings.tuning),
            recording_rules(settings.tuning),
            EmbeddedSeries(writer.path),
            put,
            least_ms,
            things,
        )
        channels = _channels(settings, say)
        self._dispatch = Dispatch(
            settings.project, options.page_for, pace_of(settings), channels, options.home, say, things
        )
        self._summaries = Summaries(settings.project, options.home, EmbeddedSeries(writer.path), options.page, say)
        self._remember(now_ms)

    def start(self) -> None:
        """Begin to make summaries when they are due."""
        self._summaries.start()

    def rescale(self, time_scale: float, flush_s: float) -> None:
        """From now on durations are divided by this, and rules are evaluated every `flush_s` at most."""
        settings = replace(self._settings, tuning=replace(self._settings.tuning, time_scale=time_scale))
        self._evaluation.change(alert_rules(settings.tuning), recording_rules(settings.tuning), round(flush_s * 1000))
        self._dispatch.set_pace(pace_of(settings))

    def evaluate(self, now_ms: int) -> None:
        """Evaluate the rules for which it is time, and tell whoever is to be told."""
        states = self._evaluation.turn(now_ms)
        self._dispatch.fires([alert for state in states for alert in state.alerts])
        self._keeper.keep_rules(states)
        self.tell(now_ms)
        self._keep()

    def tell(self, now_ms: int) -> None:
        """Tell whoever is to be told now, between two evaluations."""
        deliveries = list(self._dispatch.turn(now_ms * _NS))
        for made in self._summaries.made():
            deliveries += self._dispatch.hand_over(self._dispatch.mail(made.subject, made.text, now_ms * _NS))
        for delivery in deliveries:
            self._keeper.keep_delivery(delivery)
        if deliveries or self._dispatch.is_changed:
            self._keep()
        self._summaries.kept()

    def _keep(self) -> None:
        """Keep what was told before it is sent: who ends this process in between neither tells twice nor never."""
        self._writer.keep(self._dispatch.state)
        self._dispatch.send_off()

    def _remember(self, now_ms: int) -> None:
        states = self._keeper.remembered()
        self._evaluation.remember(states, now_ms)
        firing = [alert for state in self._evaluation.states for alert in state.alerts if alert.state == "firing"]
        self._dispatch.remember(self._writer.state(), firing, now_ms * _NS)
        self._writer.keep(self._dispatch.state)


def pace_of(settings: WatchSettings) -> Pace:
    """How soon people are told; in a drill all the sooner."""
    alerts = settings.alerts
    pace = Pace.of(alerts.group_wait, alerts.group_interval, alerts.repeat_interval)
    return pace.divided(settings.tuning.time_scale)


def _channels(settings: WatchSettings, say: Callable[[str], None]) -> Channels:
    try:
        return channels_of(Settings(alerts=settings.alerts))
    except UsageError as error:
        say(f"{error.message}; what is for that channel comes to the inbox")
        return Channels()
