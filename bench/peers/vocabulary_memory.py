"""Measures the memory that PyTorch needs for a projection to the vocabulary with cross-entropy, forward
and backward. Prints one JSON object: the peak in bytes, without weights, input and their gradients.
"""

import argparse
import json
import re

import torch
import torch.nn.functional as F
from torch import nn


def pass_both_ways(layer, inputs, targets):
    F.cross_entropy(layer(inputs), targets).backward()


def resident_bytes(field):
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(rf"{field}:\s+(\d+)", status.read())[1])


def forget_peak():
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabulary", type=int)
    parser.add_argument("hidden", type=int)
    parser.add_argument("rows", type=int)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(1)
    layer = nn.Linear(arguments.hidden, arguments.vocabulary)
    inputs = torch.randn(arguments.rows, arguments.hidden, requires_grad=True)
    targets = torch.randint(arguments.vocabulary, (arguments.rows,))
    # The libraries allocate their own buffers at first use.
    small = nn.Linear(arguments.hidden, 1000)
    pass_both_ways(small, inputs[:64], targets[:64] % 1000)
    inputs.grad = None

    forget_peak()
    before = resident_bytes("VmRSS")
    pass_both_ways(layer, inputs, targets)
    growth = resident_bytes("VmHWM") - before
    kept = [layer.weight.grad, layer.bias.grad, inputs.grad]
    print(json.dumps({"bytes": growth - sum(gradient.nbytes for gradient in kept)}, allow_nan=False))


if __name__ == "__main__":
    main()
