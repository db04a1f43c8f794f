"""Where songs come from: one file per provider behind one protocol."""
