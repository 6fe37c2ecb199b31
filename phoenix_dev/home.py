"""Where state lies: under PHOENIX_DEV_HOME alone when that is set, else in the platform's folders."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "PHOENIX_DEV_HOME"
_APPLICATION = "phoenix-dev"


def own_home() -> Path | None:
    """The folder PHOENIX_DEV_HOME names, absolute; None when it is unset or empty."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).absolute() if named else None


def state_folder() -> Path:
    """The folder that holds everything kept between two commands. It need not exist yet."""
    own = own_home()
    if own is not None:
        return own
    import platformdirs

    return platformdirs.user_state_path(_APPLICATION)


def config_folder() -> Path:
    """The folder of the user's own settings file. It need not exist."""
    own = own_home()
    if own is not None:
        return own
    import platformdirs

    return platformdirs.user_config_path(_APPLICATION)


def project_folder(home: Path, project: str) -> Path:
    """The folder of one project, so that two run side by side."""
    return home / "projects" / project
