"""How surely the same recording is found, on real music, and how often another one is taken for it.

Run ``python -m benchmarks.recordings [--write] [--kind NAME]``. Every clip of the data that is at hand (none
of the published GTZAN test list) is copied ten times, and all copies and clips are compared with each other.
The exit code is 1 if less than 99 % of the copies are found, or more than 0.1 % of the pairs are false.
"""

import argparse
import csv
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import soxr
from scipy.stats import binomtest
from tools.gtzan import data

from benchmarks.machine import cpu_model
from earmark import audio
from earmark.features.fingerprint import RATE_HZ, codes_of
from earmark.features.fingerprint_kinds import KINDS, Fingerprint, fingerprint
from earmark.features.fingerprint_match import compare, matches
from earmark.records import FloatArray
from earmark.service.recordings_index import Named, namesakes, read_index

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "recordings.md"
BLOCK = re.compile(r"(?<=<!-- written by benchmarks.recordings -->\n```\n).*?(?=```\n)", re.DOTALL)
FOUND, FALSE = 0.99, 0.001
LONGEST_CUT_S = 10.0
ALIKE = 0.8
"""Correlation of waveforms from which songs are the same recording."""
COPIES = {
    "mp3 64k": ("mp3", 64),
    "mp3 128k": ("mp3", 128),
    "mp3 320k": ("mp3", 320),
    "opus 64k": ("opus", 64),
    "6 dB louder, clipped": ("wav", 0),
    "6 dB softer": ("wav", 0),
    "cut at the begin": ("wav", 0),
    "cut at the end": ("wav", 0),
    "mp3 64k, cut, level": ("mp3", 64),
    "opus 32k, cut, level": ("opus", 32),
}
_CODECS = {"mp3": ("libmp3lame", 44100), "opus": ("libopus", 48000), "wav": ("pcm_s16le", 22050)}


class Copy(NamedTuple):
    """A song or a copy of one, as a worker brings it back."""

    name: str
    how: str
    cut_s: float
    packed: dict[str, bytes]


@dataclass(frozen=True)
class Song:
    """One song to copy: which list it stands in, and what it is called where that is known."""

    path: Path
    side: str


def encoded(samples: FloatArray, rate_hz: int, ending: str, kbps: int, path: Path) -> None:
    """Write mono samples as a lossy or 16-bit file."""
    codec, at_hz = _CODECS[ending]
    y = samples if at_hz == rate_hz else soxr.resample(samples, rate_hz, at_hz, "HQ")
    with path.open("wb") as file, av.open(file, "w", format={"opus": "ogg"}.get(ending, ending)) as container:
        stream = container.add_stream(codec, rate=at_hz, layout="mono")
        assert isinstance(stream, av.AudioStream)  # noqa: S101 - the codecs are those of sound
        if kbps:
            stream.bit_rate = 1000 * kbps
        context = stream.codec_context
        context.open()
        fit = av.AudioResampler(context.format, context.layout, at_hz, context.frame_size or 4096)
        frame = av.AudioFrame.from_ndarray(y[np.newaxis].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = at_hz, 0
        for piece in [*fit.resample(frame), *fit.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def changed(
    samples: FloatArray, rate_hz: int, how: str, rng: np.random.Generator
) -> tuple[FloatArray, float]:
    """Return samples as a kind of copy has them, and how much was cut at the begin in seconds."""
    cut_s = float(rng.uniform(0.0, LONGEST_CUT_S)) if "cut" in how else 0.0
    gain_db = (
        float(rng.choice([-6.0, 6.0]))
        if "level" in how
        else 6.0 * ("louder" in how) - 6.0 * ("softer" in how)
    )
    size = round(cut_s * rate_hz)
    if how == "cut at the end":
        samples, cut_s = samples[: len(samples) - size], 0.0
    else:
        samples = samples[size:]
    return np.clip(samples * np.float32(10 ** (gain_db / 20)), -1.0, 1.0), cut_s


def copies(path: str, kinds: tuple[str, ...], seed: int) -> list[Copy]:
    """Return the fingerprints of a song and of its copies."""
    clip = audio.load(path)
    name = Path(path).stem
    rng = np.random.default_rng(seed)
    made = [Copy(name, "", 0.0, {kind: fingerprint(path, kind).pack() for kind in kinds})]
    with tempfile.TemporaryDirectory() as folder:
        for how, (ending, kbps) in COPIES.items():
            samples, cut_s = changed(clip.samples, clip.rate_hz, how, rng)
            file = Path(folder, f"copy.{ending}")
            encoded(samples, clip.rate_hz, ending, kbps, file)
            made.append(Copy(name, how, cut_s, {kind: fingerprint(file, kind).pack() for kind in kinds}))
    return made


def songs() -> list[Song]:
    """Return all songs at hand: GTZAN clips by published list, Groover's songs, our demo songs."""
    gtzan = data()
    with (gtzan / "labels.csv").open(encoding="utf-8") as file:
        side = {row["clip"]: row["filtered_split"] for row in csv.DictReader(file)}
    found = [Song(path, side[path.stem]) for path in sorted((gtzan / "audio").rglob("*.ogg"))]
    found += [Song(path, "groover") for path in sorted((gtzan.parent / "groover" / "audio").glob("*.flac"))]
    return [*found, *(Song(path, "demo") for path in sorted((ROOT / "demo").glob("*.ogg")))]


def equal_rows(table: Path) -> list[tuple[str, str]]:
    """Return the pairs of clips whose rows are equal in the published table, but for name and label."""
    rows: dict[tuple[str, ...], list[str]] = {}
    with table.open(encoding="utf-8") as file:
        for name, *numbers in list(csv.reader(file))[1:]:
            rows.setdefault(tuple(numbers[1:-1]), []).append(name.rsplit(".", 1)[0])
    return [pair for names in rows.values() for pair in combinations(names, 2)]


def same_title(index: Mapping[str, Named], a: str, b: str) -> bool:
    """Tell whether the index gives two clips the same artist and title."""
    return bool(namesakes({name: index[name] for name in (a, b) if name in index}, (a, b)))


def same_wave(a: Path, b: Path) -> bool:
    """Tell whether the very waveforms of two songs are alike at some offset, which no fingerprint decides."""
    y, z = (audio.load(path, rate_hz=RATE_HZ).samples.astype(np.float64) for path in (a, b))
    size = 1 << (len(y) + len(z)).bit_length()
    products = np.fft.irfft(np.fft.rfft(y, size) * np.conj(np.fft.rfft(z, size)))
    return bool(np.abs(products).max() > ALIKE * np.sqrt((y @ y) * (z @ z)))


def share(hits: int, of: int) -> str:
    """Return a share in per cent with its 95 % interval (Clopper and Pearson)."""
    low, high = binomtest(hits, of).proportion_ci(0.95, "exact")
    return f"{100 * hits / of:.4g} % ({100 * low:.4g} to {100 * high:.4g})"


class Report:
    """What one kind of fingerprint finds among songs and their copies."""

    def __init__(
        self, kind: str, made: list[Copy], songs_: Mapping[str, Song], index: Mapping[str, Named]
    ) -> None:
        self.kind = kind
        self._songs = songs_
        self._cut_s = {(copy.name, copy.how): copy.cut_s for copy in made}
        self._index = index
        prints = {f"{c.name}|{c.how}": Fingerprint.unpack(c.packed[kind]) for c in made}
        began_s = time.perf_counter()
        self.pairs = matches(prints, kind)
        self.took_s = time.perf_counter() - began_s
        self._prints = prints

    def lines(self) -> Iterator[str]:
        """Yield the report line by line."""
        names = [key for key in self._prints if key.endswith("|")]
        yield f"{self.kind} ({KINDS[self.kind].version()})"
        copied = {
            (m.a[:-1], m.b.split("|")[1]): m
            for m in self.pairs
            if m.a.endswith("|") and m.b.startswith(m.a) and m.a != m.b
        }
        for how in COPIES:
            of = [key for key in self._cut_s if key[1] == how]
            hits = [copied[key] for key in of if key in copied]
            off_s = [abs(m.offset_s - self._cut_s[m.a[:-1], how]) for m in hits]
            worst = max((m.unlike for m in hits), default=0.0)
            yield (
                f"  {how:22}{len(hits):4} of {len(of):3} found; bits that differ: at most "
                f"{100 * worst:4.1f} %; offset: off by {np.median(off_s):.2f} s, at most {max(off_s):.2f} s"
            )
        of_all = [key for key in self._cut_s if key[1]]
        self.found = sum(key in copied for key in of_all) / len(of_all)
        for label, sides in (("all", None), ("train list", "train"), ("valid list", "valid")):
            keys = [key for key in of_all if sides is None or self._songs[key[0]].side == sides]
            yield f"  copies found, {label:10} {share(sum(key in copied for key in keys), len(keys))}"
        yield from self._false(names)

    def _false(self, names: list[str]) -> Iterator[str]:
        """Yield how many pairs are of two recordings, as far as titles and waveforms can tell."""
        clips = [match for match in self.pairs if match.a.endswith("|") and match.b.endswith("|")]
        found = {tuple(key.split("|")[0] for key in (match.a, match.b)) for match in self.pairs}
        by_title = {(a, b) for a, b in found if same_title(self._index, a, b)}
        by_wave = {
            (a, b)
            for a, b in found - by_title
            if a == b or same_wave(self._songs[a].path, self._songs[b].path)
        }
        wrong = [match for match in clips if (match.a[:-1], match.b[:-1]) in found - by_title - by_wave]
        of = len(names) * (len(names) - 1) // 2
        self.false = len(wrong) / of
        others = sorted((m.a[:-1], m.b[:-1]) for m in clips if (m.a[:-1], m.b[:-1]) in by_wave)
        yield f"  pairs of songs found:  {len(clips)}, {len(clips) - len(others) - len(wrong)} of equal title"
        yield from (f"    the same waveform:   {a} = {b}" for a, b in others)
        yield f"  false pairs of songs:  {len(wrong)} of {of}: {share(len(wrong), of)}"
        wrong_too = sum(
            tuple(key.split("|")[0] for key in (match.a, match.b)) in found - by_title - by_wave
            for match in self.pairs
        )
        of_too = of * (1 + len(COPIES)) ** 2
        yield f"  with all copies:       {wrong_too} of {of_too}: {share(wrong_too, of_too)}"
        yield f"  {len(self._prints)} fingerprints compared in {self.took_s:.1f} s"
        yield from (f"  false: {match}" for match in wrong)

    def named(self) -> Iterator[str]:
        """Yield what clips of equal artist and title share."""
        prints = {key[:-1]: made for key, made in self._prints.items() if key.endswith("|")}
        for named, a, b in namesakes(self._index, prints):
            match = compare((a, prints[a]), (b, prints[b]), self.kind)
            what = f"{match.overlap_s:4.1f} s, offset {match.offset_s:5.2f} s" if match else "no overlap"
            yield f"  {a:16} {b:16} {what:27} {named.artist}, {named.title}"


def speed(paths: list[Path]) -> str:
    """Return what our own fingerprint costs beside decoding in processor time, best of five."""
    clips = [audio.load(path) for path in paths]
    slow = [audio.load(path, rate_hz=RATE_HZ).samples for path in paths]
    codes_ms, resample_ms = [], []
    for _ in range(5):
        began_s = time.process_time()
        for samples in slow:
            codes_of([samples])
        codes_ms.append(time.process_time() - began_s)
        began_s = time.process_time()
        for clip in clips:
            audio.from_samples(clip.samples, clip.rate_hz, rate_hz=RATE_HZ)
        resample_ms.append(time.process_time() - began_s)
    per_clip = 1000 * 30 / sum(clip.duration_s for clip in clips)
    return (
        f"{min(codes_ms) * per_clip:.1f} ms for 30 s of sound, and {min(resample_ms) * per_clip:.1f} ms to "
        f"resample it from {clips[0].rate_hz} Hz"
    )


def many(count: int = 10_000) -> str:
    """Return how long made-up fingerprints of 30 s take, one in ten a copy with 5 % of the bits wrong."""
    rng = np.random.default_rng(0)
    fresh = count * 9 // 10
    codes = rng.integers(0, 1 << 32, (fresh, 205), np.uint32)
    flips = np.packbits(rng.random((count - fresh, 205, 32)) < 0.05, axis=2).view(np.uint32)[..., 0]
    rows = [*codes, *((codes[i] ^ flips[i])[i % 60 :] for i in range(count - fresh))]
    prints = {
        str(i): Fingerprint(row, np.ones(len(row), np.bool_), len(row) * KINDS["earmark"].code_s)
        for i, row in enumerate(rows)
    }
    began_s = time.perf_counter()
    found = {(int(match.a), int(match.b)) for match in matches(prints)}
    took_s = time.perf_counter() - began_s
    right = sum((i, fresh + i) in found for i in range(count - fresh))
    return (
        f"{count} made-up fingerprints of 30 s: {took_s:.1f} s; {right} of {count - fresh} copies found, "
        f"{len(found) - right} false pairs"
    )


def main() -> int:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", action="store_true", help=f"write the figures into {PAGE.relative_to(ROOT)}"
    )
    parser.add_argument("--kind", choices=list(KINDS), help="one kind of fingerprint, not all that are here")
    given = parser.parse_args()
    kinds = tuple(k for k in KINDS if KINDS[k].version() and given.kind in (None, k))
    everything = songs()
    index = read_index(data() / "splits" / "artists.txt")
    with ProcessPoolExecutor() as pool:
        paths = [str(song.path) for song in everything]
        made = [
            copy
            for of_one in pool.map(copies, paths, [kinds] * len(paths), range(len(paths)), chunksize=4)
            for copy in of_one
        ]
    present = {song.path.stem for song in everything}
    equal = equal_rows(data() / "features_30_sec.csv")
    here = [pair for pair in equal if set(pair) <= present]
    sides = {
        side: sum(song.side == side for song in everything)
        for side in dict.fromkeys(s.side for s in everything)
    }
    lines = [
        cpu_model(),
        f"{len(everything)} songs: {', '.join(f'{count} {side}' for side, count in sides.items())}",
        f"pairs with equal rows in the published table: {len(equal)}; both clips at hand: {len(here)}",
        f"our own fingerprint beside decoding: {speed([song.path for song in everything[:100]])}",
        many(),
    ]
    good = True
    for kind in kinds:
        report = Report(kind, made, {song.path.stem: song for song in everything}, index)
        lines += ["", *report.lines()]
        linked = {
            frozenset((m.a[:-1], m.b[:-1])) for m in report.pairs if m.a.endswith("|") and m.b.endswith("|")
        }
        good &= report.found >= FOUND and report.false <= FALSE
        good &= all(frozenset(pair) in linked for pair in here)
        lines += ["  clips of equal artist and title in the index:", *report.named()]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(BLOCK.sub(lambda _: text, page), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
