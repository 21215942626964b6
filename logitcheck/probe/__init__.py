"""The measuring part: runs a model on a batch, in a confined process of its own."""
