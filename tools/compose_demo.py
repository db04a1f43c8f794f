"""Compose the demo songs: ``python -m tools.compose_demo [-o demo/] [STYLE ...]``.

Music theory and synthesis in NumPy, seeded: the same songs each time. The melodies are nobody else's.
Their sound and mixes were tuned while the built-in model listened, so what it says of them measures nothing.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tools.composer import plugged, unplugged
from tools.composer.synth import RATE_HZ, Sound

SONGS: dict[str, Callable[[], Sound]] = {
    "blues": unplugged.blues,
    "classical": unplugged.classical,
    "country": unplugged.country,
    "disco": plugged.disco,
    "hiphop": plugged.hiphop,
    "jazz": unplugged.jazz,
    "metal": plugged.metal,
    "reggae": plugged.reggae,
}


def _crc_of(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1) & 0xFFFFFFFF ^ (0x04C11DB7 if crc >> 31 else 0)
    return crc


_CRC = [_crc_of(byte) for byte in range(256)]


def write(song: Sound, path: Path) -> None:
    """Write a song as Ogg Vorbis, about 50 kbit/s."""
    with soundfile.SoundFile(
        path, "w", RATE_HZ, 1, format="OGG", subtype="VORBIS", compression_level=0.6
    ) as file:
        # The encoder overflows its stack on one long write.
        for start in range(0, len(song), RATE_HZ):
            file.write(song[start : start + RATE_HZ].astype(np.float32))
    path.write_bytes(with_serial(path.read_bytes(), serial=1))


def with_serial(ogg: bytes, serial: int) -> bytes:
    """Return an Ogg file with a stream number of ours; the encoder draws lots, we want the same bytes."""
    sealed = bytearray(ogg)
    page = 0
    while page < len(sealed):
        segments = sealed[page + 26]
        end = page + 27 + segments + sum(sealed[page + 27 : page + 27 + segments])
        sealed[page + 14 : page + 18] = serial.to_bytes(4, "little")
        sealed[page + 22 : page + 26] = bytes(4)
        sealed[page + 22 : page + 26] = ogg_checksum(sealed[page:end]).to_bytes(4, "little")
        page = end
    return bytes(sealed)


def ogg_checksum(page: bytes | bytearray) -> int:
    """Return an Ogg page's checksum: CRC-32 with the plain polynomial, most significant bit first."""
    crc = 0
    for byte in page:
        crc = (crc << 8) & 0xFFFFFFFF ^ _CRC[crc >> 24 ^ byte]
    return crc


def main() -> None:
    """Compose the songs asked for, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", metavar="STYLE", help=f"among {', '.join(SONGS)}; default: all")
    parser.add_argument("-o", "--output", type=Path, default=Path("demo"), help="folder to write to")
    arguments = parser.parse_args()
    unknown = [style for style in arguments.styles if style not in SONGS]
    if unknown:
        parser.error(f"no song in the style {unknown[0]!r}; there are: {', '.join(SONGS)}")
    arguments.output.mkdir(parents=True, exist_ok=True)
    for style in arguments.styles or SONGS:
        path = arguments.output / f"{style}.ogg"
        song = SONGS[style]()
        write(song, path)
        print(f"{path}  {len(song) / RATE_HZ:.1f} s  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
