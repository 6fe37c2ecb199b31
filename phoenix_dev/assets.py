"""Where compose/ and provisioning/ lie: inside the installed package, or beside it in a clone."""

from __future__ import annotations

from pathlib import Path

from phoenix_dev.errors import NotReady


def assets_folder() -> Path:
    """The folder that holds compose/ and provisioning/. Raises NotReady for an installation without them."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_assets", package.parent):
        if (folder / "compose" / "compose.yaml").is_file():
            return folder
    raise NotReady(
        f"the installation in {package} lacks the files of the stack", hint="pip install --force-reinstall phoenix-dev"
    )
