"""Values of the model → what stands on the screen or in a pipe. The only place that imports rich."""
