"""Running the command as its users do: as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from tests import warm
from tests.json_rules import broken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one run."""

    code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """stdout as one JSON document."""
        return _kept_to_the_rules(json.loads(self.stdout))

    def json_lines(self) -> list[Any]:
        """stdout as JSON Lines."""
        return [_kept_to_the_rules(json.loads(line)) for line in self.stdout.splitlines()]


class CommandLine:
    """Runs `phoenix-dev`, by default in this test's environment and folder."""

    argv: tuple[str, ...] = (sys.executable, "-m", "phoenix_dev")

    def __call__(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str = "",
        timeout: float = 60,
    ) -> Ran:
        """Run it to its end. `env` is added to the environment; raises TimeoutExpired after `timeout` seconds."""
        whole = {**os.environ, **(env or {})}
        if self.argv == CommandLine.argv and warm.serves(whole):
            return _warm(args, whole, str(cwd or os.getcwd()), stdin, timeout)
        done = subprocess.run(
            [*self.argv, *args],
            env=whole,
            cwd=cwd,
            input=stdin.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Ran(
            done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")
        )

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start it with pipes, for what follows or is interrupted. The test ends it."""
        return subprocess.Popen(
            [*self.argv, *args],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def _warm(args: tuple[str, ...], env: Mapping[str, str], cwd: str, stdin: str, timeout: float) -> Ran:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        code = warm.run(args, env, cwd, (given.fileno(), out.fileno(), err.fileno()), timeout)
        return Ran(code, _text_of(out), _text_of(err))


def _kept_to_the_rules(document: Any) -> Any:
    assert not broken(document)
    return document


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="surrogateescape")
