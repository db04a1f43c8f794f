"""``earmark picture``: draw a song and say where the picture lies."""

import sys

from earmark.audio import shown
from earmark.service.pictures import picture


def draw_song(
    song: str, *, output: str | None, what: str, dark: bool, offset_s: float, duration_s: float | None
) -> None:
    """Draw a song into a file and print its path."""
    path = picture(song, output, what=what, dark=dark, offset_s=offset_s, duration_s=duration_s)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(shown(path).encode(encoding, "backslashreplace").decode(encoding) + "\n")
