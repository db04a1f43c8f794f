"""What songs are called: taxonomies as data, the binning of raw tags, and its audit."""
