"""The providers there are: a new one is a file and a line here. None loads a client before it is asked."""

from earmark.catalog._provider import PROVIDERS
from earmark.catalog.deezer import Deezer
from earmark.catalog.folder import Folder
from earmark.catalog.itunes import ITunes
from earmark.catalog.lastfm import LastFM
from earmark.catalog.musicbrainz import MusicBrainz
from earmark.catalog.spotify import Spotify
from earmark.catalog.table import Table
from earmark.catalog.yandex import Yandex

__all__ = ["PROVIDERS"]

# name → provider, in the order in which the help lists them
PROVIDERS.add("deezer", Deezer())
PROVIDERS.add("itunes", ITunes())
PROVIDERS.add("musicbrainz", MusicBrainz())
PROVIDERS.add("lastfm", LastFM())
PROVIDERS.add("spotify", Spotify())
PROVIDERS.add("yandex", Yandex())
PROVIDERS.add("folder", Folder())
PROVIDERS.add("table", Table())
