"""Can a NaN or an infinity come out: float intervals, relations between tensors, danger zones of ops."""
