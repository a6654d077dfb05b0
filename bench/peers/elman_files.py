"""Reads data sets and checkpoints of Elman as numpy arrays. launch/guides/formats.md describes the formats.

protoc generates the modules proto.*_pb2 from the files in proto/."""

import struct
from pathlib import Path

import numpy as np
from google.protobuf import text_format

from proto.checkpoint_pb2 import CheckpointRecord
from proto.dataset_pb2 import DatasetManifest, ShardRecord


def _records(path, message):
    """Yields the records of a file. Each record is stored with its length and checksums."""
    with open(path, "rb") as file:
        while frame := file.read(12):
            (length,) = struct.unpack("<Q", frame[:8])
            yield message.FromString(file.read(length))
            file.read(4)


def read_vocabulary(folder):
    manifest = (Path(folder) / "dataset.textproto").read_text()
    return text_format.Parse(manifest, DatasetManifest()).fields[0].vocabulary


def read_tokens(folder, split="train"):
    """Returns the token ids of the first field of a split, in one array."""
    blocks = []
    for shard in sorted(Path(folder).glob(f"{split}-*.tfrecord")):
        for record in _records(shard, ShardRecord):
            if record.HasField("header"):
                width = record.header.fields[0].token_width
            elif record.HasField("block"):
                blocks.append(np.frombuffer(record.block.fields[0].tokens, dtype=f"<u{width}"))
    return np.concatenate(blocks).astype(np.int64)


def read_parameters(checkpoint):
    """Returns the values of a checkpoint, as a dictionary from name to matrix."""
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
