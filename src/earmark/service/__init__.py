"""The only door: what the command line and other programs call."""
