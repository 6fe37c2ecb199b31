"""One service process: `python -m phoenix_dev.demo SERVICE --run TOKEN`, started by `phoenix_dev.demo.launch` only."""

from __future__ import annotations

import sys

from phoenix_dev.demo.process import main

if __name__ == "__main__":
    main(sys.argv[1])
