"""Programs of ours that make what the package ships, and measure it."""
