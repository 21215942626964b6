"""LC5xx: what is wrong with the file itself."""
