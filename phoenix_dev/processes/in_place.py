"""A file put in place whole or not at all, also when others write it at the same time."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def put_in_place(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file, by default for its user alone, whatever the mask. Who reads it sees what was there or all of this.

    Raises OSError when the folder cannot be written; then nothing has changed.
    """
    import tempfile  # brings shutil and more, which those who only read do without

    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
