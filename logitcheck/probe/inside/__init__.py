"""One pass through a model's op graph that sees every layer: forward, and backward from the loss.

Shared by the topics ``layers`` and ``gradients``. What is left of a tensor are a few figures, reduced inside
TensorFlow, so that memory stays that of one training step.
"""
