"""What answers are worth against labels: losses, accuracy, confusion, calibration; NumPy only."""
