"""Commands that are run for the user: their output goes to the screen as it is, and beside it to the stack, as logs.

    command ──pty or pipes──▶ relay ──▶ screen
                                └──▶ delivery (memory, then a file) ──pipe──▶ shipper, a process ──OTLP──▶ stack

Nothing that the stack does holds up the command: what waits for it waits in `delivery`.
"""
