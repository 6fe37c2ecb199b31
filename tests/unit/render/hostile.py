"""Texts that a terminal, a renderer or a reader could be misled by."""

from __future__ import annotations

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m\x90payload\x9c",
    "[bold red]markup[/] :boom: [link=http://x]y[/link]",
    "\u202e\u2066txt.exe\u2069\u200f",
    "a\x00b\x7fc\r\n\t\x08d\u2028e\u2029f\x85g",
    "\udfff\ud800",
    "e" + "\u0301" * 500,
    "\U000e0041\u200b\ufeff\U000f0000",
    "",
]
