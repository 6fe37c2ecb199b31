"""Text that services write → log records: JSON lines (R14 and what common loggers write), logfmt, plain text, traces of
stacks. Knows nothing of where lines come from or go to.
"""
