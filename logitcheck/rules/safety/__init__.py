"""LC6xx: what a file does, or asks its loader to do, beyond computing."""
