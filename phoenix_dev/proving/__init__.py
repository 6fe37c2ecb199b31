"""A request that nobody made: its spans, its log and its measurement, and the ways by which a stack takes them."""
