"""The classes every command is made of: help with examples, commands in sections, and the one error boundary.

The boundary sits inside the group, so that whoever invokes the group, a shell or a test, gets the same sentence and the
same exit status.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from errno import ENOSPC
from typing import TYPE_CHECKING, Any

import click

from phoenix_dev.cli.context import app_of, known
from phoenix_dev.errors import PhoenixDevError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    _Table = tuple[str, Sequence[tuple[str, str]]]
    """A section of a help: its title, and each word with what it means."""

#: Exit statuses of a command that a signal would have ended, as shells report them: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED = 130
PIPE_CLOSED = 141
#: Longer than any first sentence of a help: it is wrapped, not cut.
_WHOLE = 1000


class _Exemplified(click.Command):
    """A command whose help says how values are written, and ends with examples, each a line that works as typed.

    `table` makes a section of its own: its title, and what is explained in it.
    """

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), table: Callable[[], _Table] | None = None, **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.examples = tuple(examples)
        self.table = table

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and what follows from them."""
        super().format_options(ctx, formatter)
        forms = {p.type.name.upper(): form for p in self.params if (form := getattr(p.type, "form", ""))}
        for title, rows in (("Values", tuple(forms.items())), *([self.table()] if self.table else [])):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class Command(_Exemplified):
    """A command with examples."""


class Group(_Exemplified, click.Group):
    """A command with commands below it. A word that is none of them is answered with the nearest that is."""

    command_class = Command
    group_class = type

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a word. Raises UsageError naming the nearest command for a word that is none."""
        word = args[0]
        if ctx.resilient_parsing or word.startswith("-") or self.get_command(ctx, word) is not None:
            return super().resolve_command(ctx, args)
        nearest = _nearest(word, self.list_commands(ctx))
        hint = f"{ctx.command_path} {nearest}" if nearest else f"{ctx.command_path} --help"
        raise UsageError(f"'{ctx.command_path}' has no command '{word}'", hint=hint)


class WordGroup(Group):
    """A command with arguments of its own and commands below it: a first word that names one of these means that."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what is its own, or leave all to the command below that the first word names."""
        if args and args[0] in self.commands:
            ctx.args, ctx.invoked_subcommand = list(args), args[0]
            return ctx.args
        ctx.allow_interspersed_args, ctx.allow_extra_args = True, False
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run what was named."""
        if ctx.invoked_subcommand is None:
            return click.Command.invoke(self, ctx)
        name, below, args = self.resolve_command(ctx, ctx.args)
        assert below is not None
        with ctx, below.make_context(name, args, parent=ctx) as own:
            return own.command.invoke(own)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own; a command below stands behind the word alone."""
        return super().get_params(ctx) if ctx.command is self else []

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Its own arguments; the commands below are listed beneath."""
        return click.Command.collect_usage_pieces(self, ctx)


class RootGroup(Group):
    """The command itself: the only place where a PhoenixDevError is caught, and the sections of its help."""

    def __init__(self, *args: Any, sections: Sequence[tuple[str, Sequence[click.Command]]], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.sections = tuple((title, tuple(commands)) for title, commands in sections)
        for _, commands in self.sections:
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the sections."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the commands under the titles of their sections."""
        width = max((len(name) for name in self.commands), default=0)
        for title, commands in self.sections:
            with formatter.section(title):
                formatter.write_dl([(f"{one.name:{width}}", one.get_short_help_str(_WHOLE)) for one in commands])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the flags of the command itself."""
        with error_boundary():
            return super().make_context(info_name, args, parent, **{"terminal_width": _help_width(), **extra})

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        with error_boundary(ctx):
            result = super().invoke(ctx)
            _flush_stdout()
            return result


def command(*, examples: Sequence[str], **attributes: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command; its docstring is the help, its name the word. Further keywords are click's."""
    return click.command(cls=Command, examples=examples, **attributes)


def group(*, examples: Sequence[str], **attributes: Any) -> Callable[[Callable[..., Any]], Group]:
    """Make a function a group of commands; those below it are made with `@thegroup.command(examples=…)`."""
    return click.group(cls=attributes.pop("cls", Group), examples=examples, **attributes)


@contextmanager
def error_boundary(ctx: click.Context | None = None) -> Iterator[None]:
    """Turn what a user can cause into one sentence on stderr and an exit status; the rest passes, traceback and all.

    A hint is about the stack that the command of `ctx` was about.
    """
    try:
        yield
    except PhoenixDevError as error:
        _leave(error.exit_code, error.message, _again(ctx, error.hint))
    except click.UsageError as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            raise
        _leave(
            error.exit_code, _as_ours(error.format_message()), f"{error.ctx.command_path} --help" if error.ctx else ""
        )
    except click.ClickException as error:
        _leave(error.exit_code, _as_ours(error.format_message()), "")
    except (KeyboardInterrupt, click.Abort):
        raise click.exceptions.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        _discard_stdout()
        raise click.exceptions.Exit(PIPE_CLOSED) from None
    except OSError as error:
        # An error of a file names it; one without a name, of a full disk, is that of the stream the user redirected.
        if error.errno != ENOSPC or error.filename is not None:
            raise
        _discard_stdout()
        _leave(1, "the output cannot be written: no space left on the device", "df -h")


def _leave(exit_code: int, message: str, hint: str) -> None:
    click.echo(f"error: {_escaped(message)}", err=True)
    if hint:
        click.echo(f"hint: {_escaped(hint)}", err=True)
    raise click.exceptions.Exit(exit_code) from None


def _again(ctx: click.Context | None, hint: str) -> str:
    if ctx is None or not hint:
        return hint
    return (known(ctx) or app_of(ctx)).output.again(hint)


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from phoenix_dev.render.text import escape

    return escape(text)


def _as_ours(sentence: str) -> str:
    """A message of click in the form that ours have."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".").replace("\n\t", " ")  # what may be chosen from


def _flush_stdout() -> None:
    """Write what is buffered while the boundary can answer for it; at exit the interpreter would complain by itself."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _discard_stdout() -> None:
    """Nobody reads any more: let the rest, flushed by the interpreter at exit, go nowhere."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), descriptor)


def _help_width() -> int:
    """Columns of a help, by click's own rule; click imports shutil to ask, and bz2 and lzma with it: 3 ms a start."""
    given = os.environ.get("COLUMNS", "")
    try:
        columns = int(given) if given.isdecimal() else os.get_terminal_size().columns
    except OSError:
        columns = 0
    return max(min(columns or 80, 80) - 2, 50)


def _nearest(word: str, words: Sequence[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, words, n=1)), None)
