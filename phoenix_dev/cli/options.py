"""Options that several commands share, with the same words and meaning everywhere."""

from __future__ import annotations

import click

#: `--json`, given to the command as `as_json`.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
