"""What options say of paths that are no paths."""

import typer


def named(paths: list[str]) -> list[str]:
    """Refuse an empty path among paths."""
    # "" would be the current folder, which is "."; it comes from a shell variable that is not set.
    if "" in paths:
        raise typer.BadParameter("an empty path; name a song or a folder, '.' for the current one")
    return paths


def named_model(folder: str | None) -> str | None:
    """Refuse an empty path for a model's folder, and return the folder of one that is registered."""
    if folder == "":
        raise typer.BadParameter("an empty path; name a model's folder, or leave out --model")
    return folder and there(folder)


def given_model(folder: str) -> str:
    """Refuse an empty path for a model's folder, and return the folder of one that is registered."""
    return there(named_folder(folder))


def given_models(folders: list[str]) -> list[str]:
    """Do so for several."""
    return [there(folder) for folder in named(folders)]


def there(model: str) -> str:
    """Return the folder of a model, which is downloaded if it is registered."""
    from earmark.service.registered import folder_of

    return folder_of(model)


def named_file(path: str | None) -> str | None:
    """Refuse an empty path for a file."""
    if path == "":
        raise typer.BadParameter("an empty path; name a file")
    return path


def named_folder(path: str) -> str:
    """Refuse an empty path for a folder."""
    if path == "":
        raise typer.BadParameter("an empty path; name a folder, '.' for the current one")
    return path
