"""The engine: the one background process of the embedded runtime, and what it starts beside itself."""
