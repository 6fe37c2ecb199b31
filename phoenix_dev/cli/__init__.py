"""The words a user types: one verb a file, each parses, calls one use case and hands the value to one renderer."""


def main() -> None:
    """Entry point of the `phoenix-dev` command."""
    from phoenix_dev.cli.root import root

    root(prog_name="phoenix-dev")
