"""LC4xx: how the model is trained, as the file tells it."""
