"""Lowering: a Keras layer's configuration becomes graph nodes, one module per family of layers."""
