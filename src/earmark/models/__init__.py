"""Model bundles and the arithmetic that turns features into calibrated answers."""
