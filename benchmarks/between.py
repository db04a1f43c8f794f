"""What a program measured, written between two marks of a page."""

from pathlib import Path


def put(page: Path, begin: str, end: str, text: str) -> None:
    """Put a text in the place of what stands between two marks; all else stays as it is.

    Parameters
    ----------
    page : Path
        A page in Markdown that holds each mark once.
    begin, end : str
        The marks.
    text : str
        Lines, without a line's end at the last.

    Raises
    ------
    ValueError
        If the page holds a mark never or several times: a figure must not be lost in silence.
    """
    before, rest = page.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    # An empty line ends the mark, or Markdown takes a table for more of it.
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
