"""The inputs that cases start from: small corpora of every task, and what the programs make of them."""
import array
import json
import os
import pathlib
import random
import struct
import subprocess

VERBS = "sees finds loves leaves keeps".split()
NOUNS = "king river house dog child mountain bird ship".split()
ADJECTIVES = "old small red wise".split()

SEQUENCES = """model { cell: LSTM layers: 1 hidden_size: 4 embedding_size: 4 }
optimizer { kind: ADAM learning_rate: 0.01 clip_norm: 5 }
batch_size: 4
sequence_length: 5
max_steps: 2
logging { every_steps: 1 }
"""
VECTORS = """model { embedding_size: 4 word_vectors { subsample: 0 negatives: 2 shared_negatives: 4 block: 4 } }
optimizer { kind: SGD learning_rate: 0.02 }
loss { normalization: SUM }
batch_size: 1
max_steps: 2
"""
COUNTS = """model { embedding_size: 4 word_vectors { method: GLOVE x_max: 10 } }
optimizer { kind: ADAGRAD learning_rate: 0.1 }
loss { normalization: SUM }
batch_size: 1
max_steps: 2
"""
FEATURES = SEQUENCES.replace("embedding_size: 4 }", "embedding_size: 4 features { use: BESIDE } }")


def sentences(count, seed):
    draw = random.Random(seed)

    def noun_phrase():
        return ["the", draw.choice(ADJECTIVES), draw.choice(NOUNS)] if draw.random() < 0.5 else ["a", draw.choice(NOUNS)]

    return [noun_phrase() + [draw.choice(VERBS)] + noun_phrase() + ["."] for _ in range(count)]


def safetensors(lines):
    """Two numbers for each word of these lines."""
    words = [len(line) for line in lines]
    vectors = array.array("f", [0.25 * (i % 7) for i in range(2 * sum(words))]).tobytes()
    lengths = array.array("i", words).tobytes()
    header = json.dumps({
        "hidden": {"dtype": "F32", "shape": [sum(words), 2], "data_offsets": [0, len(vectors)]},
        "lengths": {"dtype": "I32", "shape": [len(words)], "data_offsets": [len(vectors), len(vectors) + len(lengths)]},
    }).encode()
    return struct.pack("<Q", len(header)) + header + vectors + lengths


def write_corpora(folder):
    for split, count, seed in (("train", 60, 1), ("valid", 12, 2), ("test", 12, 3)):
        lines = sentences(count, seed)
        texts = [" ".join(line) for line in lines]

        def write(kind, of_line):
            (folder / f"{kind}.{split}").write_text("".join(of_line(i) + "\n" for i in range(count)))

        write("text", lambda i: texts[i])
        write("labels", lambda i: f"{lines[i][-2][0]}\t{texts[i]}")
        write("ratings", lambda i: f"{len(lines[i]) - 4}\t{texts[i]}")
        write("pairs", lambda i: f"{texts[i]}\t{' '.join(lines[i][-3::-1])}")
        write("source", lambda i: texts[i])
        write("target", lambda i: " ".join(lines[i][-3::-1]))
        write("tags", lambda i: "".join(f"{word}\t{'B-N' if word in NOUNS else 'O'}\n" for word in lines[i]))
        (folder / f"features.{split}").write_bytes(safetensors(lines))
    (folder / "wordpiece.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", ".", "##s", *NOUNS, *VERBS, *ADJECTIVES]) + "\n")
    (folder / "vectors.txt").write_text(
        f"{len(NOUNS)} 4\n" + "".join(f"{word} 0.1 -0.2 {i / 10} 1e-3\n" for i, word in enumerate(NOUNS)))
    (folder / "similarity.txt").write_text("".join(f"{a}\t{b}\t{len(a) + len(b)}\n" for a in NOUNS for b in NOUNS if a < b))
    (folder / "analogies.txt").write_text(": places\nking house dog river\nbird ship child mountain\n")
    (folder / "sequences.textproto").write_text(SEQUENCES)
    (folder / "vectors.textproto").write_text(VECTORS)
    (folder / "counts.textproto").write_text(COUNTS)
    (folder / "features.textproto").write_text(FEATURES)


def splits(kind):
    return [f"--train={kind}.train", f"--valid={kind}.valid", f"--test={kind}.test"]


# What is made of them, in this order: name, program, arguments.
PRODUCTS = [
    ("text.data", "elman-preprocess", ["--task=language_model", "--tokenizer=word", *splits("text")]),
    ("characters.data", "elman-preprocess", ["--task=language_model", "--tokenizer=character", *splits("text")]),
    ("pieces.data", "elman-preprocess", ["--task=language_model", "--tokenizer=bpe", "--vocab_size=290", *splits("text")]),
    ("tags.data", "elman-preprocess", ["--task=tagging", *splits("tags")]),
    ("labels.data", "elman-preprocess", ["--task=classification", *splits("labels")]),
    ("ratings.data", "elman-preprocess", ["--task=classification", "--label_order=numeric", *splits("ratings")]),
    ("pairs.data", "elman-preprocess", ["--task=translation", "--tokenizer=word", *splits("pairs")]),
    ("words.data", "elman-preprocess", ["--task=embedding", *splits("text")]),
    ("counts.data", "elman-preprocess", ["--cooccurrences_of=words.data"]),
    ("features.data", "elman-preprocess",
     ["--data=text.data", "--features=train:features.train,valid:features.valid,test:features.test"]),
    *((f"{kind}.run", "elman-train", ["--config=sequences.textproto", f"--data={kind}.data"])
      for kind in ("text", "characters", "tags", "labels", "pairs")),
    ("features.run", "elman-train", ["--config=features.textproto", "--data=features.data"]),
    ("words.run", "elman-train", ["--config=vectors.textproto", "--data=words.data"]),
    ("counts.run", "elman-train", ["--config=counts.textproto", "--data=counts.data"]),
    ("text.ngram", "elman-baseline", ["--kind=ngram", "--order=3", "--data=text.data"]),
    ("labels.tfidf", "elman-baseline", ["--kind=tfidf", "--data=labels.data"]),
    ("tags.frequent", "elman-baseline", ["--kind=most_frequent_tag", "--data=tags.data"]),
]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, env=environment(), check=False)
    if done.returncode != 0:
        raise SystemExit(f"exit status {done.returncode}: {' '.join(map(str, command))}\n{done.stderr.decode()}")
    return done.stdout


def environment():
    """That of every program; a program started without mpirun starts no daemon of Open MPI's, which takes longer than all else."""
    return {**os.environ, "OMPI_MCA_ess_singleton_isolated": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def make(programs, folder: pathlib.Path):
    write_corpora(folder)
    for name, program, arguments in PRODUCTS:
        run([programs / program, *arguments, f"--output={name}"], folder)
    run([programs / "elman-inspect", "text.ngram", "--arpa=text.arpa"], folder)
    run([programs / "elman-inspect", "words.run", "--export_vectors=words.binary", "--vectors_format=word2vec_binary"], folder)
