"""Options that several commands have, worded once."""

from typing import Annotated

import typer

from earmark.cli.options._paths import given_model, named, named_file

Tables = Annotated[
    list[str],
    typer.Argument(
        metavar="TABLE",
        help="A table: CSV, Parquet or JSON, or a folder of 'earmark extract'. Several files, or a "
        "folder of them, are one table.",
        show_default=False,
        callback=named,
    ),
]

Songs = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Songs, or folders of songs, here or at addresses such as s3://bucket/folder.",
        show_default=False,
        callback=named,
    ),
]

Label = Annotated[
    str | None,
    typer.Option(
        "--label", metavar="COLUMN", help="The column that holds the genre; if left out, it is guessed."
    ),
]

Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="COLUMN",
        help="Rows equal in it are never on two sides of a test; may be repeated. If left out: artist, "
        "else album, else track.",
    ),
]

Labels = Annotated[
    str | None,
    typer.Option("--labels", metavar="TABLE", help="Genres for a table of features.", callback=named_file),
]

Catalog = Annotated[
    str | None,
    typer.Option(
        "--catalog",
        metavar="DIR",
        help="A catalogue, which tells artist and album of each song.",
        callback=named_file,
    ),
]

Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="COLUMN", help="Leave a column out, or all like 'mfcc*'."),
]

Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", metavar="COLUMN", help="Take a column though it gives the genre away."),
]

TestSplit = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="FILE",
        help="Test as this split of 'earmark split' says, in place of folds.",
        callback=named_file,
    ),
]

RecipeSeed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="In place of the recipe's.")
]

Naive = Annotated[
    bool,
    typer.Option(
        "--naive", help="Show beside the honest score what random rows would have told; it is stamped."
    ),
]

Subsets = Annotated[
    list[str] | None,
    typer.Option(
        "--subset",
        metavar="COLUMN",
        help="Show each of its values by itself: language, source, year (by decade); may be repeated.",
    ),
]

Details = Annotated[
    bool,
    typer.Option(
        "--details", help="Show the whole confusion matrix, reliability, and accuracy of the surest as well."
    ),
]

SongWorkers = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, metavar="N", help="Songs heard at once; if left out, one per processor."
    ),
]

ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Who hears them: processes, inline (one, without a worker) or dask (a cluster).",
        show_default=False,
    ),
]

Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="URL",
        help="Where the cluster's scheduler is, for dask: tcp://host:8786.",
        show_default=False,
    ),
]

TableModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="The folder of a model that was trained on a table, or its name: models:/NAME/VERSION.",
        show_default=False,
        callback=given_model,
    ),
]

AnyModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="The folder of a model, its name (models:/NAME/VERSION), or gtzan10 for the built-in one.",
        show_default=False,
        callback=given_model,
    ),
]

IntervalGroups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="COLUMN", help="Rows equal in it belong together, for the intervals."),
]

FitWorkers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Fits at once; one per processor if left out."),
]
