"""logitcheck audits saved TensorFlow and Keras models."""

__version__ = "0.1.0"
