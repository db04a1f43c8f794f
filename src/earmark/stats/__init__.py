"""Statistics of columns over independent units: tracks or artists, never segments of one song."""
