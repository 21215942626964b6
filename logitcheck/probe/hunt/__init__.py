"""Searches inputs that make an op leave the finite numbers, and replays them; runs in the model's process."""
