"""A container of the user's own that prints, for tests of what is kept of it."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix_dev.runtime.compose.parts import PROMETHEUS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Lines on stdout and on stderr in turn, some hundred a second. The image is there
#: for the stack, and has a shell.
_SCRIPT = """i=0; while [ $i -lt $2 ]; do i=$((i+1))
echo "{\\"message\\": \\"$1 $i\\", \\"level\\": \\"INFO\\", \\"correlation_id\\": \\"$1\\"}"
echo "ERROR $1 error $i correlation_id=$1" >&2; usleep 4000; done"""


@dataclass(frozen=True)
class Printing:
    """A container of this name prints `what` so often to each of its two streams."""

    name: str
    what: str
    count: int

    def start(self, *flags: str) -> None:
        """Begin, in the place of any of that name."""
        remove(self.name)
        script = ("--entrypoint", "sh", PROMETHEUS.image, "-c", _SCRIPT, "sh", self.what, str(self.count))
        _docker("run", "--detach", "--name", self.name, *flags, *script)

    @property
    def lines(self) -> Counter[str]:
        """What is to be kept of it, each once."""
        numbers = range(1, self.count + 1)
        plain = [f"{self.what} {number}" for number in numbers]
        return Counter(
            [*plain, *(f"ERROR {self.what} error {number} correlation_id={self.what}" for number in numbers)]
        )


@contextmanager
def removed_at_the_end(name: str) -> Iterator[str]:
    """The name, of which no container is left."""
    try:
        yield name
    finally:
        remove(name)


def remove(name: str) -> None:
    """Remove the container of a name, if there is one."""
    subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, timeout=60, check=False)


def _docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], capture_output=True, timeout=60, check=True)
