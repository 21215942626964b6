"""What a loss may be optimising, computed by hand, and which of these a measured loss is. NumPy only."""
