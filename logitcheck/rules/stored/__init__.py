"""LC3xx: NaN and Inf in stored numbers, and dtypes that are too small."""
