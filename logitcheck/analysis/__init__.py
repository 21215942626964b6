"""Facts about every tensor of a graph, derived without running it."""
