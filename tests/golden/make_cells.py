# Writes tests/golden/cells/*.txt: two layers of every cell in float64, forward and backward. Where PyTorch has a cell, its
# implementation is used. The equations of the others are written out here (trainer/network/cells/recurrent.h lists the
# papers), and PyTorch differentiates them.
#
#   make_cells.py FOLDER
import sys

import torch

torch.set_default_dtype(torch.float64)
STEPS, BATCH, INPUT, HIDDEN, LAYERS = 4, 3, 5, 4, 2
GATES = {"tanh": 1, "relu": 1, "lstm": 4, "peephole_lstm": 4, "gru": 3, "linear_before_reset_gru": 3, "jordan": 1}


def uniform(*shape, size=0.6):
    return ((2 * torch.rand(*shape) - 1) * size).requires_grad_()


def weights_of(cell, inputs):
    """Returns the parameters of one layer, with the names and layout of Elman: matrices are [from, to]."""
    gates = GATES[cell]
    biases = gates + (cell == "linear_before_reset_gru")
    weights = {
        "input_weights": uniform(inputs, gates * HIDDEN),
        "hidden_weights": uniform(HIDDEN, gates * HIDDEN),
        "bias": uniform(1, biases * HIDDEN),
    }
    if cell == "peephole_lstm":
        weights["peephole_weights"] = uniform(3, HIDDEN)
    if cell == "jordan":
        weights["output_weights"] = uniform(HIDDEN, HIDDEN)
        weights["output_bias"] = uniform(1, HIDDEN)
    return weights


def library(cell, w, x, h, c):
    """Returns the outputs and last states of a PyTorch layer with these weights. There, gates are rows, and the gates of a GRU are r u z."""
    kind = {"tanh": torch.nn.RNN, "relu": torch.nn.RNN, "lstm": torch.nn.LSTM, "linear_before_reset_gru": torch.nn.GRU}[cell]
    layer = kind(x.shape[2], HIDDEN, **({"nonlinearity": cell} if kind is torch.nn.RNN else {}))

    def ordered(columns):
        blocks = list(columns.split(HIDDEN, dim=-1))
        if kind is torch.nn.GRU:
            blocks = [blocks[1], blocks[0], blocks[2]]
        return torch.cat(blocks, dim=-1)

    gates = GATES[cell] * HIDDEN
    bias = w["bias"][0]
    inner = torch.zeros(gates)
    if kind is torch.nn.GRU:
        inner = torch.cat([inner[: 2 * HIDDEN], bias[gates:]])
    parameters = {
        "weight_ih_l0": ordered(w["input_weights"]).t(),
        "weight_hh_l0": ordered(w["hidden_weights"]).t(),
        "bias_ih_l0": ordered(bias[:gates]),
        "bias_hh_l0": inner,
    }
    state = (h[None], c[None]) if kind is torch.nn.LSTM else h[None]
    y, last = torch.func.functional_call(layer, parameters, (x, state))
    return (y, last[0][0], last[1][0]) if kind is torch.nn.LSTM else (y, last[0], c)


def written_out(cell, w, x, h, c):
    outputs = []
    for x_t in x:
        wx = (x_t @ w["input_weights"] + w["bias"]).split(HIDDEN, dim=1)
        wh = w["hidden_weights"].split(HIDDEN, dim=1)
        if cell == "peephole_lstm":
            p_i, p_f, p_o = w["peephole_weights"]
            i = torch.sigmoid(wx[0] + h @ wh[0] + p_i * c)
            f = torch.sigmoid(wx[1] + h @ wh[1] + p_f * c)
            c = f * c + i * torch.tanh(wx[2] + h @ wh[2])
            h = torch.sigmoid(wx[3] + h @ wh[3] + p_o * c) * torch.tanh(c)
        elif cell == "gru":
            u = torch.sigmoid(wx[0] + h @ wh[0])
            r = torch.sigmoid(wx[1] + h @ wh[1])
            h = u * h + (1 - u) * torch.tanh(wx[2] + (r * h) @ wh[2])
        else:
            h = torch.tanh(torch.tanh(wx[0] + h @ wh[0]) @ w["output_weights"] + w["output_bias"])
        outputs.append(h)
    return torch.stack(outputs), h, c


def make(cell, path):
    torch.manual_seed(11)
    layers = [weights_of(cell, INPUT if layer == 0 else HIDDEN) for layer in range(LAYERS)]
    x, d_y = uniform(STEPS, BATCH, INPUT, size=1), uniform(STEPS, BATCH, HIDDEN, size=1)
    h0, c0 = uniform(LAYERS, BATCH, HIDDEN), uniform(LAYERS, BATCH, HIDDEN)
    y, h_n, c_n = x, [], []
    for layer in range(LAYERS):
        compute = written_out if cell in ("peephole_lstm", "gru", "jordan") else library
        y, h, c = compute(cell, layers[layer], y, h0[layer], c0[layer])
        h_n.append(h)
        c_n.append(c)
    (y * d_y).sum().backward()
    with open(path, "w") as file:
        def put(name, array):
            print(name, *("%.9g" % number for number in array.detach().reshape(-1).tolist()), file=file)

        print("sizes", STEPS, BATCH, INPUT, HIDDEN, LAYERS, file=file)
        arrays = {"x": x, "h0": h0, "d_y": d_y, "y": y, "h_n": torch.stack(h_n), "d_x": x.grad}
        if "lstm" in cell:
            arrays.update(c0=c0, c_n=torch.stack(c_n))
        for name, array in arrays.items():
            put(name, array)
        for layer in range(LAYERS):
            for name, weights in layers[layer].items():
                put(f"layer{layer}.{name}", weights)
                put(f"d_layer{layer}.{name}", weights.grad)


for cell in GATES:
    make(cell, f"{sys.argv[1]}/{cell}.txt")
