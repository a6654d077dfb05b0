"""Trains the language model of a workload with PyTorch, in the same way as elman-train.

Prints one JSON object: the loss of every step and, after the warm-up, tokens per second. Under
torchrun, it trains data-parallel with gloo."""

import argparse
import gc
import json
import os
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn

import elman_files
from workloads import CLIP_NORM, LEARNING_RATE, WORKLOADS

LAYERS = {"LSTM": nn.LSTM, "TANH": nn.RNN, "GRU": nn.GRU, "LINEAR_BEFORE_RESET_GRU": nn.GRU}
# Order of the gates: for an LSTM it is i f z o in both. For a GRU it is u r z in Elman and r u z in PyTorch.
GATES = {"LSTM": [0, 1, 2, 3], "TANH": [0], "GRU": [1, 0, 2], "LINEAR_BEFORE_RESET_GRU": [1, 0, 2]}


class LanguageModel(nn.Module):
    def __init__(self, workload, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary.size, workload.hidden)
        self.rnn = LAYERS[workload.cell](workload.hidden, workload.hidden, workload.layers)
        self.output = nn.Linear(workload.hidden, vocabulary.predicted_size)

    def forward(self, inputs, targets, state):
        """Returns the mean loss over [time, stream], and the final state."""
        hidden, state = self.rnn(self.embedding(inputs), state)
        return F.cross_entropy(self.output(hidden).flatten(0, 1), targets.flatten()), state


@torch.no_grad()
def take_weights(model, workload, parameters):
    """Sets the parameters of the model to the values of a checkpoint."""

    def gates(matrix):
        blocks = np.split(matrix, len(GATES[workload.cell]), axis=1)
        return torch.from_numpy(np.hstack([blocks[gate] for gate in GATES[workload.cell]]).T)

    def copy(to, matrix):
        matrix = torch.as_tensor(matrix)
        to.copy_(matrix.flatten() if to.dim() == 1 else matrix)  # fails unless the shapes are equal

    copy(model.embedding.weight, parameters["embedding"])
    copy(model.output.weight, parameters["output.weights"].T)
    copy(model.output.bias, parameters["output.bias"])
    for i in range(workload.layers):
        bias = parameters[f"layer{i}.bias"]
        width = len(GATES[workload.cell]) * workload.hidden
        copy(getattr(model.rnn, f"weight_ih_l{i}"), gates(parameters[f"layer{i}.input_weights"]))
        copy(getattr(model.rnn, f"weight_hh_l{i}"), gates(parameters[f"layer{i}.hidden_weights"]))
        copy(getattr(model.rnn, f"bias_ih_l{i}"), gates(bias[:, :width]))
        hold_second_bias(getattr(model.rnn, f"bias_hh_l{i}"), bias[0, width:])


def hold_second_bias(second, candidate):
    """Layers of PyTorch have two biases where those of Elman have one. The second bias stays zero. Only
    the second bias of the candidate state of a GRU is also a parameter in Elman, as the fourth bias."""
    second.zero_()
    if len(candidate) == 0:
        second.requires_grad_(False)
        return
    second[-len(candidate) :] = torch.from_numpy(candidate)
    trained = torch.zeros_like(second)
    trained[-len(candidate) :] = 1
    second.register_hook(lambda gradient: gradient * trained)


def streams(tokens, end_id, count, steps):
    """Yields inputs and targets [time, stream] of `count` contiguous streams, in windows of `steps`.
    The rest at the end of a stream is not used."""
    begins = [len(tokens) * stream // count for stream in range(count + 1)]
    shortest = min(end - begin for begin, end in zip(begins, begins[1:]))
    length = shortest // steps * steps

    def side_by_side(ids):
        columns = [ids[begin : begin + length] for begin in begins[:-1]]
        return torch.from_numpy(np.stack(columns, axis=1))

    return side_by_side(np.append(end_id, tokens[:-1])), side_by_side(tokens)


def batches(workload, folder, rank, ranks):
    """Yields the part of each window that belongs to this rank."""
    tokens = elman_files.read_tokens(folder)
    end_id = elman_files.read_vocabulary(folder).end_id
    mine = slice(rank * workload.batch, (rank + 1) * workload.batch)
    inputs, targets = streams(tokens, end_id, ranks * workload.batch, workload.steps)
    windows = [side[:, mine].contiguous().split(workload.steps) for side in (inputs, targets)]
    return list(zip(*windows))


def detach(state):
    return state.detach() if torch.is_tensor(state) else tuple(part.detach() for part in state)


def train(model, batches, warm_up):
    """Returns the losses, and the duration of the steps after the warm-up in seconds."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE, foreach=True)
    losses = []
    state = None
    for step, (inputs, targets) in enumerate(batches):
        if step == warm_up:
            began = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss, state = model(inputs, targets, state)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, CLIP_NORM)
        optimizer.step()
        state = detach(state)
        losses.append(loss.item())
    return losses, time.perf_counter() - began


def mean_over_ranks(losses):
    total = torch.tensor(losses, dtype=torch.float64)
    dist.all_reduce(total)
    return (total / dist.get_world_size()).tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--checkpoint", required=True, help="checkpoint of Elman with the initial weights")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--warm_up", type=int, required=True, help="number of first steps that are not measured")
    arguments = parser.parse_args()
    workload = WORKLOADS[arguments.workload]
    rank, ranks = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))

    torch.set_num_threads(1)
    model = LanguageModel(workload, elman_files.read_vocabulary(arguments.dataset))
    take_weights(model, workload, elman_files.read_parameters(arguments.checkpoint))
    if ranks > 1:
        dist.init_process_group("gloo")
        model = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
    steps = batches(workload, arguments.dataset, rank, ranks)[: arguments.steps]
    losses, seconds = train(model, steps, arguments.warm_up)
    if ranks > 1:
        losses = mean_over_ranks(losses)
        # The wrapper contains reference cycles and holds threads of the process group. They sometimes abort a rank
        # that exits while they run.
        del model
        gc.collect()
        dist.destroy_process_group()
    tokens = workload.tokens_per_step(ranks) * (len(steps) - arguments.warm_up)
    if rank == 0:
        print(json.dumps({"tokens_per_second": tokens / seconds, "losses": losses}, allow_nan=False))


if __name__ == "__main__":
    main()
