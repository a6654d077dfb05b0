"""Builds the programs of Elman, measures them, and prints the results: one JSON object per line."""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import workloads

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-bench"

# Interval between train lines of metrics.jsonl, in seconds. At this interval, writing them costs nothing.
LINE_SECONDS = 0.5


class BenchmarkError(Exception):
    """The reason why a benchmark has no result."""


def run(command, **options):
    """Returns the standard output of a command. Raises an error with its output if it fails."""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip()[-4000:]
        raise BenchmarkError(f"exit status {done.returncode} of {' '.join(command)}\n{said}")
    return done.stdout


def build():
    """Builds as bench/run does, and also the programs for training."""
    options = ["-D", "ELMAN_BENCH=ON", "-D", "ELMAN_TESTS=OFF"]
    run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", *options])
    targets = ["elman-bench", "elman-exchange-bench", "elman-train", "elman-preprocess"]
    jobs = len(os.sched_getaffinity(0))
    run(["cmake", "--build", BUILD, "--target", *targets, "--parallel", jobs])


def kernel(name, seconds=1.0):
    """Returns the result of one benchmark of elman-bench, which runs for about this time."""
    options = ["--benchmark_repetitions=1", f"--benchmark_min_time={seconds}"]
    threads = {**os.environ, "OMP_NUM_THREADS": "1"}
    selection = f"--benchmark_filter=^{name}(/|$)"
    output = run([BUILD / "bin/elman-bench", selection, *options], env=threads)
    for line in output.splitlines():
        found = json.loads(line)
        if found["name"] == name:
            return found["value"]
    raise BenchmarkError(f"elman-bench has no benchmark {name}; {BUILD}/bin/elman-bench --benchmark_list_tests lists them")


def dataset(workload):
    """Returns the folder of the data set of the workload. Makes it at the first call."""
    task = workload.preprocessing[0].removeprefix("--task=")
    folder = BUILD / f"corpora/{task}-zipf-{workload.vocabulary}-{workload.corpus_tokens}"
    made = folder / "dataset.textproto"
    preprocess = BUILD / "bin/elman-preprocess"
    # Another build of the programs may have another format.
    if not made.exists() or made.stat().st_mtime < preprocess.stat().st_mtime:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        text = folder.with_suffix(".txt")
        text.write_text(workloads.corpus(workload.vocabulary, workload.corpus_tokens))
        run([preprocess, *workload.preprocessing, f"--train={text}", f"--output={folder}"])
    manifest = made.read_text()
    predicted = int(re.search(r"predicted_size: (\d+)", manifest)[1])
    if task == "language_model" and predicted != workload.vocabulary:
        raise BenchmarkError(f"{folder}: found {predicted} rows, expected {workload.vocabulary}")
    return folder


def train(workload, ranks, folder, steps, log_every, hosts=(), **config):
    """Trains into `folder`. `hosts` are options of elman-run. Returns the lines of kind train of
    metrics.jsonl."""
    config_file = Path(folder) / "config.textproto"
    output = Path(folder) / "run"
    config_file.write_text(workload.config(ranks, steps, log_every, **config))
    files = [f"--config={config_file}", f"--data={dataset(workload)}", f"--output={output}"]
    launcher = [ROOT / "launch/elman-run", "-n", ranks]
    run([*launcher, *hosts, BUILD / "bin/elman-train", *files])
    lines = map(json.loads, (output / "metrics.jsonl").read_text().splitlines())
    return [line for line in lines if line["kind"] == "train"]


@dataclass(frozen=True)
class Trial:
    """Duration of a training run. The first `warm_up` steps create primitives and are not measured."""

    warm_up: int
    steps: int

    @staticmethod
    def of(workload, ranks, tokens_per_second, seconds):
        """Returns a Trial that measures for about `seconds`, or for an epoch if that is shorter."""
        step = workload.tokens_per_step(ranks) / tokens_per_second
        warm_up = max(2, math.ceil(LINE_SECONDS / step))
        epoch = workload.corpus_tokens // workload.tokens_per_step(ranks)
        lines = min(math.ceil(seconds / (warm_up * step)), epoch // warm_up - 1)
        return Trial(warm_up, warm_up * (1 + lines))


@dataclass(frozen=True)
class Speed:
    tokens_per_second: float
    split: dict  # phase of rank 0: fraction of the step
    by_clock: float  # tokens/s of the whole run, from start to end
    bytes_per_step: float  # sent between hosts, sum of all ranks


def speed(workload, ranks, trial, **config):
    """Trains once. Returns the results of the steady state."""
    with tempfile.TemporaryDirectory(prefix="elman-") as folder:
        began = time.monotonic()
        lines = train(workload, ranks, folder, trial.steps, trial.warm_up, **config)
        elapsed = time.monotonic() - began
    tokens = lines[-1]["tokens"] - lines[0]["tokens"]
    seconds = 0
    phases = dict.fromkeys(lines[0]["seconds"], 0.0)
    for before, line in zip(lines, lines[1:]):
        seconds += (line["tokens"] - before["tokens"]) / line["tokens_per_second"]
        for phase in phases:
            phases[phase] += line["seconds"][phase]
    split = {phase: phases[phase] / seconds for phase in phases}
    sent = sum(line["bytes_sent"] for line in lines[1:]) / (lines[-1]["step"] - lines[0]["step"])
    return Speed(tokens / seconds, split, lines[-1]["tokens"] / elapsed, sent)


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")


def report(name, values, unit):
    """Prints the line of a result: median and quartiles of its measurements."""
    below, median, above = quartiles(values)
    print_line(name=name, value=median, unit=unit, quartiles=[below, above])


def compare(name, unit, against, ours, theirs, rounds):
    """Measures both alternately, in alternating order. A ratio is that of one pair of measurements."""
    mine, ratios = [], []
    for i in range(rounds):
        if i % 2 == 0:
            value, other = ours(), theirs()
        else:
            other, value = theirs(), ours()
        mine.append(value)
        ratios.append(value / other)
    below, ratio, above = quartiles(ratios)
    entry = {"name": name, "value": statistics.median(mine), "unit": unit}
    print_line(**entry, against=against, ratio=ratio, quartiles=[below, above])


def print_line(**line):
    print(json.dumps(line, allow_nan=False), flush=True)  # NaN is not valid JSON


def parse_arguments(description, **options):
    """Parses the names of benchmarks, and the duration and number of measurements."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="only benchmarks whose name contains this text")
    parser.add_argument("--rounds", type=int, default=5, help="number of measurements of each (default: 5)")
    parser.add_argument("--seconds", type=float, default=4, help="duration of each measurement (default: 4)")
    for option, keywords in options.items():
        parser.add_argument(f"--{option}", **keywords)
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error("quartiles require --rounds=2 or more")
    arguments.wanted = lambda name: re.search("|".join(arguments.names), name) is not None
    return arguments
