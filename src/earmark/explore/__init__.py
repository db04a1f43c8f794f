"""What a table holds, before anything is learnt from it: genres, gaps, columns, clusters."""
