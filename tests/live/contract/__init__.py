"""The contract suite over the stack in containers."""
