"""What the table of docs/results.md comes from: `make bench`, or `python -m benchmarks`."""
