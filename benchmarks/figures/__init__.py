"""The figures, one subject a module."""
