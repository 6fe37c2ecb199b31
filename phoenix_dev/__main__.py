"""`python -m phoenix_dev` is `phoenix-dev`."""

from phoenix_dev.cli import main

if __name__ == "__main__":
    main()
