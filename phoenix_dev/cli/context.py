"""What a command is given: settings, the project's folder, and ways to output, stores and runtime.

Everything is resolved when first asked for, so that `--help` and a mistyped flag cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phoenix_dev.render.output import Output
    from phoenix_dev.runtime.choice import RuntimeName
    from phoenix_dev.runtime.protocol import Runtime
    from phoenix_dev.settings import Settings
    from phoenix_dev.stores import Stores
    from phoenix_dev.stores.alerts import AlertSender


@dataclass(frozen=True)
class AppContext:
    """One invocation. `flags` are the settings given on the command line, by the setting's name."""

    flags: Mapping[str, str] = field(default_factory=dict)
    no_color: bool = False

    def with_flags(self, **flags: str | None) -> AppContext:
        """The same invocation with further settings from the command line; None stands for a flag not given."""
        given = {name: value for name, value in flags.items() if value is not None}
        return replace(self, flags={**self.flags, **given})

    @cached_property
    def settings(self) -> Settings:
        """The effective settings. Raises UsageError naming the flag, variable or file and line that is wrong."""
        from phoenix_dev.settings import load

        return load(self.flags)

    @cached_property
    def home(self) -> Path:
        """The project's own folder, where its store, record and server log lie. It need not exist yet."""
        from phoenix_dev.home import project_folder, state_folder

        return project_folder(state_folder(), self.settings.project)

    @cached_property
    def output(self) -> Output:
        """Where data and talk go."""
        from phoenix_dev.render.output import Output

        return Output(no_color=self.no_color, flags=self.flags)

    def stores(self) -> Stores:
        """Everything that can be read of this project, of the runtime that `up` started last or `--runtime` names.

        Raises NotReady when nothing was ever kept, or what keeps it does not run.
        """
        if self.runtime().name == "compose":
            from phoenix_dev.backends.endpoints import RemoteEndpoints
            from phoenix_dev.backends.open import open_remote_stores
            from phoenix_dev.backends.windows import Reach
            from phoenix_dev.runtime.record import StackRecord

            at, kept, last = self.runtime().endpoints(), self.settings.retention, StackRecord.read(self.home)
            reach = Reach(kept.age_ns("traces"), kept.age_ns("error_traces"), kept.age_ns("logs"))
            sampled = last is not None and last.profile == "production"
            urls = at.jaeger, at.loki, at.prometheus, at.jaeger_errors
            alerts = {"alertmanager": at.alertmanager, "inbox": at.inbox}
            return open_remote_stores(RemoteEndpoints(*urls, reach=reach, sampled=sampled, **alerts))
        from phoenix_dev.runtime import folder
        from phoenix_dev.telemetry.reader import open_stores

        return open_stores(self.home / folder.DATABASE)

    def alert_sender(self) -> AlertSender:
        """The way that alerts take to people, of the same runtime. Raises NotReady when nothing sends any."""
        from phoenix_dev.errors import NotReady

        if self.runtime().name != "compose":
            from phoenix_dev.runtime import folder
            from phoenix_dev.watching.alert_sender import EmbeddedAlertSender

            return EmbeddedAlertSender(self.home, self.home / folder.DATABASE)
        from phoenix_dev.backends.open import open_alert_sender
        from phoenix_dev.runtime.compose.record import ComposeRecord

        url, record = self.runtime().endpoints().alertmanager, ComposeRecord.read(self.home)
        if not url:
            raise NotReady(
                "the stack was started without Alertmanager, so nothing is sent to anybody", hint="phoenix-dev up"
            )
        return open_alert_sender(url, record.channels if record else ())

    def runtime(self) -> Runtime:
        """What was started last for this project, or what `--runtime` names; nothing is asked to find out."""
        from phoenix_dev.runtime.choice import runtime_to_read

        return self._runtime(runtime_to_read(self.home, self.settings))

    def runtime_to_start(self, without: tuple[str, ...] | None = None) -> Runtime:
        """What `up` starts; where that is not what was to be expected, the user is told.

        Raises NotReady when another runtime runs.
        """
        from phoenix_dev.runtime.choice import runtime_to_start

        choice = runtime_to_start(self.home, self.settings)
        if choice.why:
            self.output.talk(choice.why)
        return self._runtime(choice.name, without)

    def _runtime(self, name: RuntimeName, without: tuple[str, ...] | None = None) -> Runtime:
        if name == "compose":
            from phoenix_dev.render.progress import StartProgress
            from phoenix_dev.runtime.compose.runtime import ComposeRuntime

            return ComposeRuntime(self.home, self.settings, without, StartProgress(self.output))
        from phoenix_dev.runtime.embedded.runtime import EmbeddedRuntime

        return EmbeddedRuntime(self.home, self.settings)

    def otlp_http_endpoint(self) -> str:
        """Base URL at which the running stack takes OTLP over HTTP. Raises NotReady when it does not run."""
        return self.runtime().endpoints().otlp_http


#: Gives a command the invocation's AppContext as its first argument.
pass_app = click.make_pass_decorator(AppContext)


#: Under which key the contexts of an invocation share what is known of it.
_KNOWN = f"{__name__}.known"


def know(ctx: click.Context, app: AppContext) -> None:
    """From now on this is what the command is given, and what is known where its errors are told."""
    ctx.obj = ctx.meta[_KNOWN] = app


def known(ctx: click.Context) -> AppContext | None:
    """What is known of an invocation by now, also outside the command that found it out."""
    found = ctx.meta.get(_KNOWN)
    return found if isinstance(found, AppContext) else None


def app_of(ctx: click.Context) -> AppContext:
    """The invocation a context belongs to, also while the shell asks for completions and no callback has run."""
    found = ctx.find_object(AppContext)
    if found is not None:
        return found
    given = ctx.find_root().params
    return AppContext(no_color=bool(given.get("no_color"))).with_flags(project=given.get("project"))
