"""The laws: for every op, what its outputs may be, given its inputs."""
