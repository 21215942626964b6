"""One pass through a model's op graph that sees every layer: forward, and backward from the loss.

Shared by the topics ``layers`` and ``gradients``. Ops run at once, under a tape: for a single pass that
costs a third of what building, planning and running a function does. What is left of a tensor are a few
figures, taken while it is there, so that memory stays that of one training step.
"""
