"""Write the musiCNN (MSD) weights as ONNX from the TensorFlow checkpoint inside ``musicnn==0.1.0``.

    pip download --no-deps musicnn==0.1.0 -d WHEELS
    python -m tools.convert_musicnn WHEELS/musicnn-0.1.0-py3-none-any.whl

Neither TensorFlow nor the wheel's own code is needed: a checkpoint's ``.index`` is a LevelDB table
(prefix-compressed keys, values that are BundleEntryProto messages), its ``.data`` the raw arrays.

The network follows Pons & Serra, "musicnn: pre-trained convolutional neural networks for music audio
tagging" (ISMIR late-breaking demo, 2019). Batch normalisation is folded into what follows or goes before
where that is exact.
"""

import argparse
import hashlib
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, NDArray[np.float32]]

FOLDER = "musicnn/MSD_musicnn/"
BN_EPSILON = 1e-3  # TensorFlow's default for tf.layers.batch_normalization
PATCH_FRAMES, MEL_BANDS = 187, 96


def varint(buffer: bytes, at: int) -> tuple[int, int]:
    """Read one protobuf varint; return it and the position behind it."""
    value = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def table_block(index: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of one block of a LevelDB table."""
    if index[offset + size] != 0:
        sys.exit("the checkpoint's index is compressed; this reader knows the uncompressed kind only")
    block = index[offset : offset + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    end, at, key = len(block) - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def entry(value: bytes) -> tuple[list[int], int, int]:
    """Return shape, offset and size in bytes of one BundleEntryProto."""
    fields: dict[int, int] = {}
    shape: list[int] = []
    at = 0
    while at < len(value):
        tag, at = varint(value, at)
        if tag & 7 == 0:
            fields[tag >> 3], at = varint(value, at)
        elif tag & 7 == 5:  # fixed32: the checksum
            at += 4
        else:
            length, at = varint(value, at)
            if tag >> 3 == 2:
                shape = list(dimensions(value[at : at + length]))
            at += length
    return shape, fields.get(4, 0), fields[5]


def dimensions(message: bytes) -> Iterator[int]:
    """Yield the sizes of a TensorShapeProto."""
    at = 0
    while at < len(message):
        _, at = varint(message, at)
        length, at = varint(message, at)
        yield varint(message, at + 1)[0]
        at += length


def read_checkpoint(wheel: Path) -> Weights:
    """Return the variables of the MSD_musicnn checkpoint by name, the optimiser's left out."""
    with zipfile.ZipFile(wheel) as archive:
        index = archive.read(FOLDER + ".index")
        data = archive.read(FOLDER + ".data-00000-of-00001")
    at, footer = 0, index[-48:]
    for _ in range(2):  # the handle of the meta-index block, which holds nothing here
        _, at = varint(footer, at)
    root_offset, at = varint(footer, at)
    root_size, at = varint(footer, at)
    weights: Weights = {}
    for _, handle in table_block(index, root_offset, root_size):
        offset, at = varint(handle, 0)
        size, at = varint(handle, at)
        for key, value in table_block(index, offset, size):
            name = key.decode()
            if name and "Adam" not in name and "_power" not in name:
                shape, start, length = entry(value)
                weights[name] = np.frombuffer(data[start : start + length], "<f4").reshape(shape)
    return weights


def batch_norm(weights: Weights, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return gain and offset of the batch normalisation with that number."""
    name = f"batch_normalization_{number}" if number else "batch_normalization"
    gain = weights[f"{name}/gamma"] / np.sqrt(weights[f"{name}/moving_variance"] + np.float32(BN_EPSILON))
    return gain, weights[f"{name}/beta"] - weights[f"{name}/moving_mean"] * gain


class Graph:
    """An ONNX graph in the making: weights are stored, nodes named by what they give."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Store an array; return its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output; return the output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def affine(self, source: str, gain: NDArray[np.float32], offset: NDArray[np.float32]) -> str:
        """Scale and shift along the last axes of the constants."""
        scaled = self.node("Mul", [source, self.constant(f"{source}.gain", gain)], f"{source}.scaled")
        return self.node("Add", [scaled, self.constant(f"{source}.offset", offset)], f"{source}.normal")


def frontend_block(graph: Graph, weights: Weights, number: int, source: str, pads: list[int]) -> str:
    """Convolve, rectify, normalise and pool over all bands; channels x frames comes out.

    Rectifying and normalising are monotone per channel, so that pooling may go first: the largest
    value where the gain is positive, the smallest (the largest of the negated) where it is negative.
    """
    suffix = f"_{number}" if number else ""
    kernel = weights[f"conv2d{suffix}/kernel"].transpose(3, 2, 0, 1)
    gain, offset = batch_norm(weights, number + 1)
    sign = np.where(gain < 0, np.float32(-1), np.float32(1))
    name = f"front{number}"
    convolved = graph.node(
        "Conv",
        [
            source,
            graph.constant(f"{name}.kernel", kernel * sign[:, None, None, None]),
            graph.constant(f"{name}.bias", weights[f"conv2d{suffix}/bias"] * sign),
        ],
        f"{name}.conv",
        pads=pads,
    )
    axes = graph.constant(f"{name}.bands", np.array([3], np.int64))
    pooled = graph.node("ReduceMax", [convolved, axes], f"{name}.pool", keepdims=0)
    signed = graph.node("Mul", [pooled, graph.constant(f"{name}.sign", sign[:, None])], f"{name}.signed")
    rectified = graph.node("Relu", [signed], name)
    return graph.affine(rectified, gain[:, None], offset[:, None])


def midend_block(graph: Graph, weights: Weights, number: int, source: str) -> str:
    """Convolve over time, rectify and normalise; channels x frames in and out."""
    kernel = weights[f"conv2d_{number}/kernel"][:, :, 0, :].transpose(2, 1, 0)
    name = f"mid{number}"
    inputs = [source, graph.constant(f"{name}.kernel", kernel)]
    inputs.append(graph.constant(f"{name}.bias", weights[f"conv2d_{number}/bias"]))
    rectified = graph.node("Relu", [graph.node("Conv", inputs, f"{name}.conv", pads=[3, 3])], name)
    gain, offset = batch_norm(weights, number + 1)
    return graph.affine(rectified, gain[:, None], offset[:, None])


def backend(graph: Graph, weights: Weights, source: str) -> None:
    """Pool over time; two dense layers."""
    time = graph.constant("pool.time", np.array([2], np.int64))
    largest = graph.node("ReduceMax", [source, time], "pool.max", keepdims=0)
    mean = graph.node("ReduceMean", [source, time], "pool.mean", keepdims=0)
    pooled = graph.node("Concat", [largest, mean], "pool", axis=1)
    gain, offset = batch_norm(weights, 9)
    kernel = weights["dense/kernel"] * gain[:, None]
    bias = weights["dense/bias"] + offset @ weights["dense/kernel"]
    # The checkpoint interleaves (max, mean) per channel; here all maxima come first.
    kernel = np.concatenate([kernel[0::2], kernel[1::2]])
    inputs = [pooled, graph.constant("dense.kernel", kernel), graph.constant("dense.bias", bias)]
    rectified = graph.node("Relu", [graph.node("Gemm", inputs, "dense.linear")], "dense")
    normal = graph.affine(rectified, *batch_norm(weights, 10))
    penultimate = graph.node("Identity", [normal], "penultimate")
    inputs = [penultimate, graph.constant("tags.kernel", weights["dense_1/kernel"])]
    inputs.append(graph.constant("tags.bias", weights["dense_1/bias"]))
    graph.node("Sigmoid", [graph.node("Gemm", inputs, "tags.linear")], "tags")


def build(weights: Weights) -> onnx.ModelProto:
    """Return the network: ``log_mel`` (n, 187, 96) to ``tags`` (n, 50) and ``penultimate`` (n, 200)."""
    graph = Graph()
    image = graph.node(
        "Unsqueeze", ["log_mel", graph.constant("image.axis", np.array([1], np.int64))], "image"
    )
    normal = graph.affine(image, *batch_norm(weights, 0))
    pads = [[3, 0, 3, 0], [3, 0, 3, 0], [63, 0, 64, 0], [31, 0, 32, 0], [15, 0, 16, 0]]
    fronts = [frontend_block(graph, weights, number, normal, pad) for number, pad in enumerate(pads)]
    front = graph.node("Concat", fronts, "front", axis=1)
    first = midend_block(graph, weights, 5, front)
    second = graph.node("Add", [midend_block(graph, weights, 6, first), first], "residual6")
    third = graph.node("Add", [midend_block(graph, weights, 7, second), second], "residual7")
    backend(graph, weights, graph.node("Concat", [front, first, second, third], "features", axis=1))
    proto = helper.make_graph(
        graph.nodes,
        "musicnn-msd",
        [helper.make_tensor_value_info("log_mel", TensorProto.FLOAT, ["n", PATCH_FRAMES, MEL_BANDS])],
        [
            helper.make_tensor_value_info("tags", TensorProto.FLOAT, ["n", 50]),
            helper.make_tensor_value_info("penultimate", TensorProto.FLOAT, ["n", 200]),
        ],
        graph.constants,
    )
    # Opset 18 and IR 9 are read by every onnxruntime since 1.14.
    model = helper.make_model(
        proto, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="earmark"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    """Convert, write, print the checksum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="musicnn-0.1.0-py3-none-any.whl")
    parser.add_argument("-o", "--output", type=Path, default=Path("src/earmark/features/weights"))
    arguments = parser.parse_args()
    data = build(read_checkpoint(arguments.wheel)).SerializeToString(deterministic=True)
    digest = hashlib.sha256(data).hexdigest()
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "musicnn-msd.onnx").write_bytes(data)
    (arguments.output / "musicnn-msd.onnx.sha256").write_text(f"{digest}  musicnn-msd.onnx\n")
    print(f"{arguments.output / 'musicnn-msd.onnx'}: {len(data) / 1e6:.2f} MB, sha256 {digest}")


if __name__ == "__main__":
    main()
