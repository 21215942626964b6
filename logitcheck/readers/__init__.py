"""From bytes to a Model: one module for each container, one for each thing that several of them store."""
