"""To start, stop and ask a stack: `embedded/` as one background process (`engine/`), `compose/` as containers."""
