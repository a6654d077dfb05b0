"""The training jobs that are measured, and their synthetic corpora."""

import itertools
import random
from dataclasses import dataclass

# Weights are initialized as in PyTorch. At this learning rate, rounding errors hardly grow during the first fifty steps,
# not even through a tanh cell. So the losses show whether two programs compute the same.
LEARNING_RATE = 0.1
CLIP_NORM = 5.0
WORDS_PER_LINE = 20

_GATES = {"LSTM": 4, "GRU": 3, "LINEAR_BEFORE_RESET_GRU": 3, "TANH": 1}


@dataclass(frozen=True)
class Workload:
    """A language model and its batches. The embedding has the size of the hidden layers."""

    name: str
    cell: str  # as in proto/model.proto
    layers: int
    hidden: int
    vocabulary: int  # rows of the output layer
    batch: int  # sequences per rank
    steps: int  # time steps of a sequence

    preprocessing = ("--task=language_model", "--tokenizer=whitespace")
    corpus_tokens = 400_000  # without the </s> of each line

    def flops_per_token(self):
        """FLOP per token: the forward pass, and twice as many for the backward pass. Embedding lookups do not count."""
        layer = _GATES[self.cell] * self.hidden * (self.hidden + self.hidden)
        return 3 * 2 * (self.layers * layer + self.hidden * self.vocabulary)

    def parameters(self):
        """Number of parameters. LSTM layers have one bias. The embedding has two rows more than the output layer."""
        gates = _GATES[self.cell] * self.hidden
        layers = self.layers * gates * (2 * self.hidden + 1)
        return layers + self.vocabulary * (2 * self.hidden + 1) + 2 * self.hidden

    def tokens_per_step(self, ranks):
        return ranks * self.batch * self.steps

    def config(
        self, ranks, steps, log_every, learning_rate=LEARNING_RATE, lanes=0, save_every=0,
        wire_format="FLOAT32"
    ):
        """Returns the configuration for elman-train of a run of `steps` steps."""
        return f"""
            model {{
              cell: {self.cell} layers: {self.layers}
              hidden_size: {self.hidden} embedding_size: {self.hidden}
              initializer {{ range: {self.hidden ** -0.5:.4f} }}
            }}
            optimizer {{ kind: SGD learning_rate: {learning_rate} clip_norm: {CLIP_NORM} }}
            batch_size: {ranks * self.batch}
            sequence_length: {self.steps}
            lanes: {lanes}
            max_steps: {steps} max_epochs: 1000000
            logging {{ every_steps: {log_every} }}
            checkpoint {{ every_steps: {save_every} }}
            exchange {{ wire_format: {wire_format} }}
        """


@dataclass(frozen=True)
class WordVectors:
    """Skip-gram as in launch/configs/word_vectors, with two lanes for any number of ranks."""

    name: str
    vocabulary: int
    preprocessing = ("--task=embedding", "--tokenizer=whitespace", "--min_count=1")
    corpus_tokens = 8_000_000

    def tokens_per_step(self, ranks):
        return 64 * 1000

    def config(self, ranks, steps, log_every):
        return f"""
            model {{ embedding_size: 100 word_vectors {{ method: SKIP_GRAM }} }}
            optimizer {{ kind: SGD learning_rate: 0.05 }}
            loss {{ normalization: SUM }}
            batch_size: 64
            sequence_length: 1000
            lanes: 2
            max_steps: {steps} max_epochs: 1000000
            logging {{ every_steps: {log_every} }}
        """


def _words(name, cell, hidden):
    return Workload(name, cell, 2, hidden, 10_000, 20, 20 if hidden == 200 else 35)


WORKLOADS = {
    workload.name: workload
    for workload in [
        _words("lstm-200", "LSTM", 200),
        _words("lstm-650", "LSTM", 650),
        Workload("character", "LSTM", 1, 512, 100, 50, 50),
        _words("gru-200", "GRU", 200),
        _words("gru-650", "GRU", 650),
        _words("linear-before-reset-gru-200", "LINEAR_BEFORE_RESET_GRU", 200),
        _words("linear-before-reset-gru-650", "LINEAR_BEFORE_RESET_GRU", 650),
        _words("tanh-200", "TANH", 200),
        _words("tanh-650", "TANH", 650),
    ]
}
WORD_VECTORS = WordVectors("word-vectors", 35_000)


def corpus(predicted, size):
    """Returns a text of `size` words drawn from a Zipf distribution, always the same. Every word of the
    vocabulary occurs. With <unk> and </s>, the vocabulary has `predicted` types, the rows of the output layer."""
    generator = random.Random(1935)
    words = [f"w{i}" for i in range(predicted - 2)]
    weights = list(itertools.accumulate(1 / (i + 1) for i in range(len(words))))
    tokens = words + generator.choices(words, cum_weights=weights, k=size - len(words))
    generator.shuffle(tokens)
    lines = range(0, len(tokens), WORDS_PER_LINE)
    return "".join(" ".join(tokens[i : i + WORDS_PER_LINE]) + "\n" for i in lines)
