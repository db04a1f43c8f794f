"""A tiny network that reads, made of numbers that are the same everywhere."""

import json
import string
from pathlib import Path

import numpy as np

from earmark.models.steps import bert

WIDTH, HEADS, LAYERS, WIDER, PLACES = 8, 2, 2, 12, 40
CONFIG = {
    "model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute",
    "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "layer_norm_eps": 1e-12,
    "hidden_size": WIDTH, "intermediate_size": WIDER, "max_position_embeddings": PLACES,
    "vocab_size": 0, "type_vocab_size": 2,
}  # fmt: skip
LETTERS = [*string.ascii_lowercase, *string.digits, *"звездаочь"]
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *LETTERS,
    *(f"##{one}" for one in LETTERS),
    "love",
    "night",
    ".",
]


def tensors() -> dict[str, np.ndarray]:
    """Return the network's arrays by their names."""
    rng = np.random.default_rng(0)

    def made(*shape: int) -> np.ndarray:
        return (rng.integers(-100, 101, shape) / 64).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": made(len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": made(PLACES, WIDTH) / 8,
        "embeddings.token_type_embeddings.weight": made(2, WIDTH) / 8,
    }
    shapes = {
        "attention.self.query": (WIDTH, WIDTH), "attention.self.key": (WIDTH, WIDTH),
        "attention.self.value": (WIDTH, WIDTH), "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (WIDER, WIDTH), "output.dense": (WIDTH, WIDER),
    }  # fmt: skip
    levels = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        for name, shape in shapes.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = made(*shape)
            found[f"encoder.layer.{layer}.{name}.bias"] = made(shape[0])
        levels += [f"encoder.layer.{layer}.{part}.LayerNorm" for part in ("attention.output", "output")]
    for level in levels:
        found |= {f"{level}.weight": 1 + made(WIDTH) / 8, f"{level}.bias": made(WIDTH) / 8}
    return found


def safetensors(arrays: dict[str, np.ndarray]) -> bytes:
    """Return arrays as safetensors write them, with one of whole numbers among them."""
    whole = {"embeddings.position_ids": np.arange(PLACES)[None], **arrays}
    told: dict = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, one in whole.items():
        kind = "F32" if one.dtype == np.float32 else "I64"
        told[name] = {"dtype": kind, "shape": list(one.shape), "data_offsets": [at, at + one.nbytes]}
        at += one.nbytes
    head = json.dumps(told).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(one.tobytes() for one in whole.values())


def files() -> tuple[bytes, bytes, bytes]:
    """Return the three files of the network."""
    config = json.dumps({**CONFIG, "vocab_size": len(PIECES)}).encode()
    return config, "\n".join(PIECES).encode(), safetensors(tensors())


TINY = bert.digest(*files())
"""The digest of the network."""


def write(folder: Path) -> Path:
    """Write the network into a folder, which is made, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in zip(bert.FILES, files(), strict=True):
        (folder / name).write_bytes(content)
    return folder
