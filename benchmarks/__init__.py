"""What the README's and docs/results.md's performance table comes from: `make bench`, or `python -m benchmarks`."""
