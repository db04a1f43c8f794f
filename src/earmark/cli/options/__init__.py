"""The options of each command, one file per command; what a command does is imported when it runs."""
