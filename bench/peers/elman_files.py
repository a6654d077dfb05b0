"""Elman's data sets and checkpoints as numpy arrays. launch/guides/formats.md describes the bytes.

The modules proto.*_pb2 are what protoc makes of the project's proto/ files."""

import struct
from pathlib import Path

import numpy as np
from google.protobuf import text_format

from proto.checkpoint_pb2 import CheckpointRecord
from proto.dataset_pb2 import DatasetManifest, ShardRecord


def _records(path, message):
    """The records of a file, each between its length and its checksums."""
    with open(path, "rb") as file:
        while frame := file.read(12):
            (length,) = struct.unpack("<Q", frame[:8])
            yield message.FromString(file.read(length))
            file.read(4)


def read_vocabulary(folder):
    manifest = (Path(folder) / "dataset.textproto").read_text()
    return text_format.Parse(manifest, DatasetManifest()).fields[0].vocabulary


def read_tokens(folder, split="train"):
    """The token ids of a split's first field, in one array."""
    blocks = []
    for shard in sorted(Path(folder).glob(f"{split}-*.tfrecord")):
        for record in _records(shard, ShardRecord):
            if record.HasField("header"):
                width = record.header.fields[0].token_width
            elif record.HasField("block"):
                blocks.append(np.frombuffer(record.block.fields[0].tokens, dtype=f"<u{width}"))
    return np.concatenate(blocks).astype(np.int64)


def read_parameters(checkpoint):
    """The values of a checkpoint: name to matrix."""
    chunks = []
    for record in _records(checkpoint, CheckpointRecord):
        if record.HasField("header"):
            entries = record.header.parameters
        elif record.HasField("array") and record.array.name == "values":
            chunks.append(np.frombuffer(record.array.data, dtype="<f4"))
    values = np.concatenate(chunks)
    return {
        entry.name: values[entry.offset :][: np.prod(entry.shape)].reshape(entry.shape)
        for entry in entries
    }
