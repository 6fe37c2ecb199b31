"""The words a user types: one verb a file, each parses, calls one use case and hands the value to one renderer."""

import atexit
import gc
import os
import sys

from phoenix_dev.processes.umask import keep_to_ourselves


def main() -> None:
    """Entry point of the `phoenix-dev` command."""
    # What is kept holds prompts and tokens: files of this process, and of those it starts, are for this user
    # alone. What containers have to read is opened up by whoever writes it.
    keep_to_ourselves()
    if sys.stdout is None:  # started with `>&-`: as with /dev/null, nobody wants to read it
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - open until the process ends
    gc.disable()  # what is imported stays: to look for garbage in it costs a tenth of the start
    try:
        from phoenix_dev.cli.root import root
    except KeyboardInterrupt:  # Ctrl-C before the group and its error boundary are there
        raise SystemExit(130) from None
    gc.enable()
    atexit.register(gc.freeze)  # nor is garbage looked for at the end, when all of it goes: a tenth of a look-up
    try:
        root(prog_name="phoenix-dev")
    finally:
        if os.environ.get("_PHOENIX_DEV_COMPLETE"):  # a store that has not answered the shell in time is not waited for
            sys.stdout.flush()
            os._exit(0)
