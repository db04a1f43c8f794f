"""Where sounds meet time: a mix with buses, beats, swing and human hands."""

import numpy as np

from tools.composer.synth import RATE_HZ, Rng, Sound, fade, saturate

CHORDS = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 10, 14),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "9": (0, 4, 10, 14),
    "13": (0, 4, 10, 14, 21),
    "min9": (0, 3, 10, 14),
    "maj9": (0, 4, 11, 14),
    "min7b5": (0, 3, 6, 10),
    "7alt": (0, 4, 10, 15, 20),
}


class Mix:
    """A song in the making: buses on which sounds are placed by the beat.

    Parameters
    ----------
    seed : int
        Of everything that chance decides.
    tempo_bpm : float
        Beats in a minute.
    beats : float
        Length of the song.
    swing : float
        Where the second half of a beat falls: 0.5 straight, 0.67 shuffle.
    swung_unit : float
        What is swung, in beats: 1 for eighths, 0.5 for sixteenths.
    looseness_s : float
        Standard deviation of the players' timing.
    """

    def __init__(
        self,
        seed: int,
        tempo_bpm: float,
        beats: float,
        *,
        swing: float = 0.5,
        swung_unit: float = 1.0,
        looseness_s: float = 0.006,
    ) -> None:
        self.rng: Rng = np.random.default_rng(seed)
        self.beat_s = 60.0 / tempo_bpm
        self.length_s = beats * self.beat_s + 1.2
        self._swing, self._unit, self._looseness_s = swing, swung_unit, looseness_s
        self._buses: dict[str, Sound] = {}

    def time_s(self, beat: float) -> float:
        """Return when a beat falls, swing included."""
        whole, part = divmod(beat / self._unit, 1.0)
        swung = part * 2 * self._swing if part < 0.5 else self._swing + (part - 0.5) * 2 * (1 - self._swing)
        return (whole + swung) * self._unit * self.beat_s

    def place(self, bus: str, beat: float, sound: Sound, gain: float = 1.0, *, late_s: float = 0.0) -> None:
        """Let a sound begin at a beat, as exactly and as loud as a person would."""
        wanted_s = self.time_s(beat) + late_s + self.rng.normal(0, self._looseness_s)
        start = max(0, int(wanted_s * RATE_HZ))
        track = self._buses.setdefault(bus, np.zeros(int(self.length_s * RATE_HZ)))
        end = min(len(track), start + len(sound))
        if end > start:
            track[start:end] += gain * self.rng.normal(1, 0.07) * sound[: end - start]

    def bus(self, name: str) -> Sound:
        """Return what was placed on a bus."""
        return self._buses[name]

    def master(
        self, parts: dict[str, Sound], levels: dict[str, float], *, drive: float = 1.0, loudness: float = 0.15
    ) -> Sound:
        """Return the song: its parts at their levels, glued and faded out.

        Parameters
        ----------
        parts : dict of str to ndarray
            The buses as they shall sound.
        levels : dict of str to float
            RMS of each part where it plays, relative to the others.
        drive : float
            How hard the sum is driven into saturation.
        loudness : float
            RMS of the song at full scale ±1.
        """
        song = np.zeros(int(self.length_s * RATE_HZ))
        for name, part in parts.items():
            playing = np.abs(part) > 0.02 * np.max(np.abs(part))
            song += levels[name] * part / np.sqrt(np.mean(part[playing] ** 2))
        song = saturate(0.5 * song / np.percentile(np.abs(song), 99), drive)
        gain = min(loudness / np.sqrt(np.mean(song**2)), 0.95 / np.max(np.abs(song)))
        return fade(gain * song, 0.005, 1.5)
