"""Applications that are not ours, on the stack in containers."""
