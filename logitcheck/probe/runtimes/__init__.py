"""The only modules that import TensorFlow, one for each way to run a model; loaded in the worker alone."""
