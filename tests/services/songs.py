"""Songs that nobody ever sang, for the services that stand in for real ones."""

from dataclasses import dataclass

_ARTISTS = ("Aurelia Voss", "The Paper Tides", "Лунный Сад", "Kolobok Trio", "Ångström & Søn")
_GENRES = (("jazz", "vocal jazz"), ("indie rock", "rock"), ("русский рок",), ("jazz", "bebop"), ("techno",))
_ALBUMS = ("Rooms of Salt", "Low Water", "Ночные письма", "Five to Nine", "Iron Meadow")
_WORDS = ("Lantern", "Harbour", "Снег", "Sidewalk", "Compass")


@dataclass(frozen=True)
class Song:
    """One invented song, as the services know it."""

    number: int
    title: str
    artist: str
    album: str
    duration_ms: int
    isrc: str
    recording: str
    genres: tuple[str, ...]
    year: int

    @property
    def artist_number(self) -> int:
        return 100 + _ARTISTS.index(self.artist)

    @property
    def album_number(self) -> int:
        return 500 + _ALBUMS.index(self.album)

    @property
    def artist_id(self) -> str:
        """Its artist's id at MusicBrainz."""
        return f"aaaaaaaa-0000-4000-8000-{self.artist_number:012d}"


def song(number: int) -> Song:
    """Return the song of that number: five artists in turn, one album each."""
    who = number % len(_ARTISTS)
    return Song(
        number=number,
        title=f"{_WORDS[who]} No. {number}",
        artist=_ARTISTS[who],
        album=_ALBUMS[who],
        duration_ms=180_000 + 1_250 * number,
        isrc=f"ZZEAR26{number:05d}",
        recording=f"bbbbbbbb-0000-4000-8000-{number:012d}",
        genres=_GENRES[who],
        year=1990 + who,
    )


SONGS = tuple(song(number) for number in range(1, 26))


def of_artist(name: str) -> tuple[Song, ...]:
    return tuple(each for each in SONGS if each.artist.casefold() == name.strip('"').casefold())


def of_genre(name: str) -> tuple[Song, ...]:
    return tuple(each for each in SONGS if name.strip('"').casefold() in each.genres)


def found(text: str) -> tuple[Song, ...]:
    """Return the songs that hold every word of `text`, in title, artist or album."""
    words = text.replace('"', "").casefold().split()
    return tuple(
        each
        for each in SONGS
        if all(word in f"{each.title} {each.artist} {each.album}".casefold() for word in words)
    )
