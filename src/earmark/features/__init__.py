"""Feature sets: named, versioned columns computed from sound."""
