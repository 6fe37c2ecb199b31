"""The words a user types: one verb a file, each parses, calls one use case and hands the value to one renderer."""


def main() -> None:
    """Entry point of the `phoenix-dev` command."""
    try:
        from phoenix_dev.cli.root import root
    except KeyboardInterrupt:  # Ctrl-C before the group and its error boundary are there
        raise SystemExit(130) from None
    root(prog_name="phoenix-dev")
