"""What the probe measures beyond the outputs themselves: one module per topic.

A topic is a module with ``observe(seen: Observation) -> Mapping``, whose answer stands in
``Measurements.extra`` under the module's name; its docstring documents the keys. It runs in the model's own
process. What it cannot measure it leaves out; what it raises is kept as the reason why it is missing.
"""
