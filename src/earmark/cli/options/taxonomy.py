"""The options of ``earmark taxonomy`` and the commands below it."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_folder

taxonomy = typer.Typer(
    help="List, show and check taxonomies, and propose rules for tags that none takes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_Named = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="One of broad12, broad12-fixed, club9, gtzan10, spotify15; or a .toml file.",
        show_default=False,
        callback=named_folder,
    ),
]


@taxonomy.command("list")
def list_() -> None:
    """List the taxonomies that come with Earmark."""
    from earmark.cli.taxonomy import list_taxonomies

    list_taxonomies()


@taxonomy.command()
def show(*, name: _Named) -> None:
    """Show the genres of a taxonomy, as a tree, with the rules of each."""
    from earmark.cli.taxonomy import show_taxonomy

    with _Usage():
        show_taxonomy(name)


@taxonomy.command()
def lint(
    *,
    name: _Named,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on single patterns that take nothing too.")
    ] = False,
) -> None:
    """Say which rules of a taxonomy can take no tag, and why.

    Exit code: 0 if every rule can be reached, 1 if one cannot or the file is broken, 2 wrong usage.
    """
    from earmark.cli.taxonomy import lint_taxonomy

    with _Usage():
        clean = lint_taxonomy(name, strict=strict)
    raise typer.Exit(int(not clean))


@taxonomy.command()
def suggest(
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="CATALOG|TABLE",
            help="Songs with tags, as for 'earmark label'.",
            show_default=False,
            callback=named_folder,
        ),
    ],
    name: Annotated[
        str,
        typer.Option(
            "--taxonomy",
            metavar="NAME|FILE",
            help="The taxonomy whose rules are to grow.",
            callback=named_folder,
        ),
    ] = "broad12-fixed",
    tags_column: Annotated[
        str | None, typer.Option("--tags-column", metavar="COLUMN", help="The column with the raw tags.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="TEXT", help="What stands between tags.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="N", help="For the N commonest tags that no rule takes.")
    ] = 20,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print rules to be pasted into a taxonomy, after a look at each.")
    ] = False,
) -> None:
    """Propose a genre for the commonest tags that no rule takes, by their names and their company."""
    from earmark.cli.taxonomy import suggest_rules

    with _Usage():
        suggest_rules(source, name, top=top, tags_column=tags_column, separator=separator, as_toml=toml)


class _Usage:
    """Tells a name that there is not, as wrong usage."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from earmark.errors import ArgumentError, UnknownNameError

        if isinstance(error, ArgumentError | UnknownNameError):
            raise typer.BadParameter(str(error)) from error
