"""LC3xx: NaN and Inf in stored numbers, ops that can yield them, and dtypes that are too small."""
