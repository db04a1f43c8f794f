"""Features, labels and groups in one table; how it is checked and split."""
