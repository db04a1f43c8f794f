"""Published splits, by clip name; each module is written by a program from the published files."""
