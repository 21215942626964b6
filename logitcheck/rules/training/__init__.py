"""LC4xx: how the model is trained."""
