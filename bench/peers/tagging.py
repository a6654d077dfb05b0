"""Runs a bidirectional LSTM of PyTorch, forward and backward, on a packed batch of sequences with
different lengths. Prints one JSON object: tokens/s."""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

SEQUENCES = 64
SIZE = 200  # of input and hidden state
WARM_UP = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(1)
    lengths = torch.tensor(sorted((3 + i * 29 % 48 for i in range(SEQUENCES)), reverse=True))
    layer = nn.LSTM(SIZE, SIZE, bidirectional=True)
    inputs = torch.randn(lengths.max(), SEQUENCES, SIZE, requires_grad=True)

    def step():
        layer.zero_grad(set_to_none=True)
        inputs.grad = None
        outputs, _ = layer(pack_padded_sequence(inputs, lengths, enforce_sorted=True))
        outputs.data.sum().backward()

    for _ in range(WARM_UP):
        step()
    steps = 0
    began = time.perf_counter()
    while time.perf_counter() - began < arguments.seconds:
        step()
        steps += 1
    seconds = time.perf_counter() - began
    print(json.dumps({"tokens_per_second": steps * lengths.sum().item() / seconds}, allow_nan=False))


if __name__ == "__main__":
    main()
