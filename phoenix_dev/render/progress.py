"""How a start goes on, as it goes on: images on their way, a line a part. Told on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_dev.render.text import escape

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from phoenix_dev.render.output import Output

_PART = 14


class StartProgress:
    """Tells on `output` what a runtime says while it starts. Images move on a terminal only; elsewhere a line each."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._told: set[str] = set()

    def pulling(self, image: str, done_bytes: int, total_bytes: int) -> None:
        """Move the bar of an image, or say once that it is on its way."""
        if not self._output.talks_to_a_terminal:
            if image not in self._told:
                self._told.add(image)
                self._output.talk(f"pulling {image}")
            return
        bars = self._moving()
        if image not in self._tasks:
            self._tasks[image] = bars.add_task(escape(image), total=None)
        bars.update(self._tasks[image], completed=done_bytes, total=total_bytes or None)

    def pulled(self, image: str) -> None:
        """Fill the bar of an image."""
        if self._bars is not None and image in self._tasks:
            self._bars.update(self._tasks[image], completed=1, total=1)

    def pulls_ended(self) -> None:
        """Leave the bars as they stand, and the cursor to what is printed next."""
        if self._bars is not None:
            self._bars.stop()

    def ready(self, part: str, seconds: float) -> None:
        """A line for a part that answers."""
        self._output.talk(f"✓ {part:{_PART}}{seconds:4.1f} s")

    def failed(self, part: str, why: str, last_lines: tuple[str, ...]) -> None:
        """A line for a part that does not, and what it wrote last."""
        self._output.talk(f"✗ {part:{_PART}}{why}", *(f"  │ {line}" for line in last_lines))

    def _moving(self) -> Progress:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

            console = Console(file=self._output.stderr, no_color=not self._output.talks_in_colour, markup=False)
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
            self._bars = Progress(*columns, console=console)
            self._bars.start()
        return self._bars
