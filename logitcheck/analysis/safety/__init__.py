"""Allow-lists: which ops, modules and classes a model may name without anybody asking why."""
