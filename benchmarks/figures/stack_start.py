"""How long the real stack takes to come up, to see that it runs, and to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.docker import needs_docker
from benchmarks.figure import Figure
from benchmarks.real_stack import PARTS, RealStack, real_stack
from benchmarks.timing import medians, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.bench import Bench

_UP_LIMIT = "docker compose up --detach of the same files: containers that run and need not answer"
_AGAIN_LIMIT = "docker compose up --detach --no-deps of what runs already"
_DOWN_LIMIT = "docker compose down of the same containers"


@needs_docker
def stack_up(bench: Bench) -> tuple[Figure, ...]:
    """`up`, `up` again and `down` as whole commands; the images are there (a first round, not counted, fetches them).

    In turn with each, docker compose does the same by itself.
    """
    bench.say("the real stack: up, up again, down")
    with real_stack(bench.home("stack-up")) as stack:
        taken = medians(_steps(stack), bench.few(5))
    return tuple(
        Figure(name, taken[key], "s", target, "lower", limit, taken[f"bare {key}"])
        for name, key, target, limit in (
            ("stack: up until every part is ready", "up", 5, _UP_LIMIT),
            ("stack: up again", "again", 2, _AGAIN_LIMIT),
            ("stack: down", "down", 15, _DOWN_LIMIT),
        )
    )


def _steps(stack: RealStack) -> dict[str, Callable[[], float]]:
    """What is measured, in the order in which each finds what it needs; every `up` finds nothing."""
    compose = _Compose(stack)

    def bare_up() -> float:
        stack.delete()
        return compose.up()

    def bare_down() -> float:
        stack.up()  # the containers that were started last have to be ready, as those of the other `down` were
        seconds = compose.down()
        stack.delete()
        return seconds

    return {
        "up": stack.up,
        "again": stack.up,
        "bare again": lambda: compose.up("--no-deps"),
        "down": stack.down,
        "bare up": bare_up,
        "bare down": bare_down,
    }


class _Compose:
    """docker compose on the files of a stack."""

    def __init__(self, stack: RealStack) -> None:
        self._stack = stack

    def up(self, *options: str) -> float:
        return self._seconds("up", "--detach", "--pull", "never", *options, *(part.service for part in PARTS))

    def down(self) -> float:
        return self._seconds("--profile", "*", "down", "--remove-orphans")

    def _seconds(self, *arguments: str) -> float:
        files = self._stack.files
        named = [word for path in files.compose_files for word in ("--file", str(path))]
        place = ("--project-directory", str(files.project_folder), "--project-name", self._stack.project)
        return seconds_of(("docker", "compose", *named, *place, *arguments), self._stack.home)
