"""Where songs come from: one file per provider behind one protocol, and the catalogue that is made of them.

::

    catalog/
        tracks.parquet       one row per song, whoever told of it
        failures.parquet     what could not be had, and why
        manifest.json        what it is made of: providers, their terms, questions
        records/             every record as it came, one page of an answer a line
        journal/             pages of a run under way, or of a killed one
        previews/            excerpts, if they were asked for
"""

from earmark.catalog.tracks import Catalog, read

__all__ = ["Catalog", "read"]
