"""TensorFlow's protobuf messages without TensorFlow: a table of fields, made into classes on first use."""
