"""Cases: a command that works on the base inputs, and what a draw changes of its files, arguments and environment."""
import dataclasses
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess

import base_inputs
import file_mutations

WHOLE_NUMBERS = ["0", "1", "2", "3", "7", "-1", "100", "1000000", "2147483647", "2147483648", "-2147483648", "9223372036854775807",
                 "18446744073709551615", "18446744073709551616", "1.5", "1e3", "0x10", "+1", " 1", "1 ", "", "nan", "many", "1,2"]
REAL_NUMBERS = ["0", "1", "0.5", "-1", "-0", "1e-40", "1e-300", "3.4e38", "1e39", "1e308", "1e400", "nan", "-nan", "inf", "-inf", "1.0000001",
                "0,5", "", "half", "1e", "100", "0.999999999"]
PATHS = ["", ".", "..", "missing/file", "text.train/inside", "~", "*", "text.data", "text.run", "text.train", "vectors.txt", "n" * 300,
         "a\nb", "tab\tname", "\u00fcml\u00e4ut", "latin\udcff", "with space", "a,b", "a:b", "-", "--", "-x", "/proc/nowhere", "/proc/self/mem",
         "words.run", "tags.data", "text.data/train-00000-of-00001.tfrecord", "text.data/dataset.textproto", "text.ngram", "p/" * 2100, "pipe"]
TEXTS = ["", " ", "none", "NONE", "\u00fc", "a,b", ",", ",,", "king", "king,river", "king,river,dog", "x" * 5000, "\x1b[31m", "a\nb", "\udcff",
         "98,1,1", "1,0", "0,0,0", "-1,2", "nan,1", "inf,inf", "<unk>", "</s>", "%s", "train", "text", "json"]

# What takes as long as it is large, so that a case with it may rightly be ended by the clock.
LONG = re.compile(r"bootstrap_samples|max_tokens|lines|beam|n_best|verify_resume|replay_step|max_steps|max_epochs|micro_batches|tokens_per_step"
                  r"|hidden_size|embedding_size|projected_size|layers|negatives|block|window|max_length_ratio|iterations|order|samples|zeros")

VARIABLES = {
    "OMP_NUM_THREADS": ["abc", "0", "-1", "", "4,2", "1000", "99999999999999999999"],
    "OMP_THREAD_LIMIT": ["0", "x", "1"],
    "TMPDIR": ["/nowhere", "", "text.train", "relative", "/proc"],
    "HOME": [None, "", "/nowhere"],
    "PATH": [None, ""],
    "LANG": ["C", "tr_TR.UTF-8", "de_DE", "xx_XX.ODD", "\udcff"],
    "LC_ALL": ["C", "C.UTF-8", "POSIX", "xx", ""],
    "LC_NUMERIC": ["de_DE.UTF-8", "odd"],
    "TERM": [None, "", "dumb", "x" * 1000],
    "COLUMNS": ["0", "-1", "1", "abc", "1000000000"],
    "TZ": ["", ":odd", "Europe/Nowhere", "UTC+99"],
    "MALLOC_ARENA_MAX": ["1", "0", "x"],
    "MALLOC_PERTURB_": ["165"],
    "DNNL_MAX_CPU_ISA": ["SSE41", "AVX2", "odd", ""],
    "DNNL_VERBOSE": ["odd", "-1"],
    "ELMAN_TERMINAL": ["1", "0", "odd", ""],
    "ELMAN_COLUMNS": ["80", "1", "-3", "99999999999", "odd", ""],
    "SLURM_NTASKS": ["16", "0", "odd"],
    "SLURM_JOB_ID": ["1", ""],
    "SLURM_STEP_NUM_TASKS": ["1", "2", "-1", "odd", ""],
    "PMI_SIZE": ["1", "4", "odd"],
    "OMPI_COMM_WORLD_SIZE": ["1", "3", "99999999999", "odd"],
    "OMPI_COMM_WORLD_RANK": ["0", "7", "odd"],
    "LD_BIND_NOW": ["1"],
    "LINES": ["0"],
}
LIMITS = {
    resource.RLIMIT_AS: [60 << 20, 120 << 20, 200 << 20, 300 << 20, 500 << 20],
    resource.RLIMIT_DATA: [1 << 20, 2 << 20, 10 << 20, 50 << 20],
    resource.RLIMIT_FSIZE: [0, 1, 1000, 20_000, 200_000],
    resource.RLIMIT_NOFILE: [16, 20, 24, 32, 64],
    resource.RLIMIT_STACK: [512 << 10, 1 << 20],
    resource.RLIMIT_CORE: [0],
    resource.RLIMIT_MEMLOCK: [0],
}
STREAMS = ["closed stdin", "no stdin", "folder as stdin", "closed stdout", "full stdout", "deaf stdout", "closed stderr", "full stderr",
           "no folder", "read-only folder", "umask", "ignored signals", "blocked signals"]


@dataclasses.dataclass
class Case:
    """A command in a folder of its own, and the world around it."""
    program: str
    folder: pathlib.Path
    arguments: list
    stdin: bytes | None = None
    prefix: list = dataclasses.field(default_factory=list)  # mpirun, or elman-run
    variables: dict = dataclasses.field(default_factory=dict)
    limits: dict = dataclasses.field(default_factory=dict)
    streams: str = ""
    changes: list = dataclasses.field(default_factory=list)  # in words
    may_be_long: bool = False
    started: list = dataclasses.field(default_factory=list)

    def option(self, name):
        """The last value of an option, None where it is not given."""
        value = None
        for argument, following in zip(self.arguments, self.arguments[1:] + [""]):
            if argument == "--":
                break
            if argument == f"--{name}":
                value = following
            elif argument.startswith(f"--{name}="):
                value = argument.partition("=")[2]
        return value

    def tags_words(self):
        return (self.option("checkpoint") or "").startswith("tags.")


def commands(program):
    """Commands of a program that work, in the folder of the base inputs: arguments and standard input."""
    kinds = ("text", "characters", "tags", "labels", "pairs", "features")
    if program == "elman-preprocess":
        made = [
            ["--task=language_model", "--tokenizer=word", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=whitespace", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=character", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=byte", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=bpe", "--vocab_size=290", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=unigram", "--vocab_size=290", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer=wordpiece", "--vocabulary=wordpiece.txt", *base_inputs.splits("text")],
            ["--task=language_model", "--tokenizer_model=pieces.data/tokenizer.model", *base_inputs.splits("text")],
            ["--task=language_model", "--vocabulary_of=text.data", "--test=text.valid"],
            ["--task=language_model", "--tokenizer=word", "--train=text.train", "--split=8,1,1"],
            ["--task=language_model", "--tokenizer=word", "--train=-", "--keep_empty_lines"],
            ["--task=tagging", *base_inputs.splits("tags")],
            ["--task=tagging", "--tokenizer=character", *base_inputs.splits("tags")],
            ["--task=classification", *base_inputs.splits("labels")],
            ["--task=classification", "--label_order=numeric", *base_inputs.splits("ratings")],
            ["--task=translation", "--tokenizer=word", *base_inputs.splits("pairs")],
            ["--task=translation", "--tokenizer=word", "--shared_vocabulary", *base_inputs.splits("pairs")],
            ["--task=translation", "--tokenizer=word", "--train=source.train:target.train", "--valid=source.valid:target.valid"],
            ["--task=embedding", *base_inputs.splits("text")],
            ["--cooccurrences_of=words.data"],
            ["--data=text.data", "--features=train:features.train,valid:features.valid,test:features.test"],
        ]
        return [(arguments + ["--output=new.data"], "text.train") for arguments in made]
    if program == "elman-train":
        made = [[f"--config=sequences.textproto", f"--data={kind}.data", "--output=new.run"] for kind in kinds if kind != "features"]
        made += [
            ["--config=features.textproto", "--data=features.data", "--output=new.run"],
            ["--config=vectors.textproto", "--data=words.data", "--output=new.run"],
            ["--config=counts.textproto", "--data=counts.data", "--output=new.run"],
            ["--config=sequences.textproto", "--data=text.data", "--output=text.run", "max_steps=3"],
            ["--config=sequences.textproto", "--data=tags.data", "--output=new.run", "--resume=tags.run/checkpoints/step-000000002.ckpt",
             "max_steps=3"],
            ["--config=sequences.textproto", "--data=text.data", "--output=new.run", "--vectors=vectors.txt"],
            ["--config=sequences.textproto", "--data=text.data", "--output=new.run", "--vectors=words.binary"],
            ["--config=sequences.textproto", "--data=text.data,text.data", "--output=new.run", "data_weights=3,1"],
            ["--config=sequences.textproto", "--data=labels.data", "--dry_run"],
            ["--config=sequences.textproto", "--data=pairs.data", "--verify_resume=1"],
            ["--data=text.data", "--output=text.run", "--replay_step=2"],
            ["--config=sequences.textproto", "--data=text.data", "--output=new.run", "--trace=trace.json", "--prometheus=new.prom"],
            ["--config=sequences.textproto", "--data=text.data", "--preflight"],
        ]
        return [(arguments, None) for arguments in made]
    if program == "elman-evaluate":
        made = [[f"--checkpoint={kind}.run", f"--data={kind}.data"] for kind in (*kinds, "words")]
        made += [
            ["--checkpoint=text.ngram", "--data=text.data"],
            ["--checkpoint=labels.tfidf", "--data=labels.data"],
            ["--checkpoint=tags.frequent", "--data=tags.data"],
            ["--checkpoint=text.run", "--data=text.data", "--compare=text.ngram", "--bootstrap_samples=20"],
            ["--checkpoint=text.run", "--data=text.data", "--surprisal=new.tsv", "--split=valid"],
            ["--checkpoint=words.run", "--word_similarity=similarity.txt", "--analogies=analogies.txt"],
            ["--vectors=vectors.txt", "--word_similarity=similarity.txt"],
        ]
        return [(arguments + format, None) for arguments in made for format in ([], ["--format=json"])]
    if program == "elman-baseline":
        return [
            (["--kind=ngram", "--order=3", "--data=text.data", "--output=new.baseline"], None),
            (["--kind=ngram", "--order=4", "--data=characters.data", "--prune=0,1", "--output=new.baseline"], None),
            (["--kind=ngram", "--data=text.data", "--import_arpa=text.arpa", "--output=new.baseline"], None),
            (["--kind=tfidf", "--data=labels.data", "--output=new.baseline"], None),
            (["--kind=most_frequent_tag", "--data=tags.data", "--output=new.baseline"], None),
        ]
    if program == "elman-predict":
        made = [([f"--checkpoint={kind}.run", "--max_tokens=5"], "source.valid") for kind in kinds if kind != "features"]
        made += [
            (["--checkpoint=features.run", "--features=features.valid", "--max_tokens=5"], "text.valid"),
            (["--checkpoint=tags.run", "--columns"], "tags.valid"),
            (["--checkpoint=text.run", "--beam=2", "--max_tokens=5"], "text.valid"),
            (["--checkpoint=pairs.run", "--n_best=2"], "text.valid"),
            (["--checkpoint=labels.tfidf"], "text.valid"),
            (["--checkpoint=tags.frequent"], "text.valid"),
            (["--checkpoint=text.ngram", "--max_tokens=5"], "text.valid"),
        ]
        return [(arguments + format, stdin) for arguments, stdin in made for format in ([], ["--format=json"])]
    if program == "elman-inspect":
        data = [f"{kind}.data" for kind in (*kinds, "words", "counts", "pieces", "ratings")]
        runs = [f"{kind}.run" for kind in (*kinds, "words", "counts")]
        made = [[path, "--verify"] for path in data + runs]
        made += [[path] for path in data + runs + ["text.ngram", "labels.tfidf", "tags.frequent", "vectors.txt"]]
        made += [
            ["text.data/train-00000-of-00001.tfrecord"],
            ["pairs.run/checkpoints/step-000000002.ckpt"],
            ["text.run", "--repair"],
            ["text.run", "--compare=characters.run"],
            ["words.run", "--neighbors=king"],
            ["vectors.txt", "--similarity=king,river"],
            ["words.binary", "--analogy=king,river,dog"],
            ["words.run", "--export_vectors=new.vec"],
            ["text.ngram", "--arpa=new.arpa"],
        ]
        return [(arguments + format, None) for arguments in made for format in ([], ["--format=json"])]
    assert program == "elman-run", program
    return [(arguments, stdin) for arguments, stdin in commands("elman-train") if "--output=new.run" in arguments]


class Generator:
    """Draws the cases of one program. A case is a function of the seed and its number."""

    def __init__(self, root, programs, base, program):
        self.root, self.programs, self.base, self.program = root, programs, base, program
        self.commands = commands(program)
        self.sanitized = b"__sanitizer" in (programs / "elman-train").read_bytes()
        # Flags are read from --help, so that a new one is drawn without anything said here.
        self.flags = {name: self.flags_of(name) for name in ("elman-preprocess", "elman-train", "elman-evaluate", "elman-baseline",
                                                             "elman-predict", "elman-inspect")}
        fields = (root / "launch/configs/FIELDS.md").read_text()
        self.fields = [(name, kind, re.findall(r"`([A-Z_0-9]+)`", meaning))
                       for name, kind, meaning in re.findall(r"^\| `([a-z_0-9.]+)` \| ([^|]*) \| (.*)$", fields, re.M)]
        assert len(self.fields) > 60 and all(len(flags) >= 6 for flags in self.flags.values())

    def flags_of(self, program):
        text = subprocess.run([self.programs / program, "--help"], capture_output=True, text=True, check=True).stdout
        found = re.findall(r"^  --([a-z_]+)(?:=(\S+))?\n((?:      .*\n)+)", text, re.M)
        return [(name, value, re.findall(r"\b[a-z][a-z_0-9]+\b", meaning)) for name, value, meaning in found if name not in ("help", "version")]

    def draw(self, seed, number, folder):
        draw = random.Random(f"{seed}/{self.program}/{number}")
        arguments, stdin = draw.choice(self.commands)
        case = Case(self.program, folder / "here", list(arguments))
        case.folder.mkdir()
        (folder / "temporary").mkdir()
        brought = self.bring(case, set())
        case.variables = {"TMPDIR": str(folder / "temporary")}
        case.limits = {resource.RLIMIT_FSIZE: 64 << 20, resource.RLIMIT_CORE: 0}
        if not self.sanitized:
            case.limits[resource.RLIMIT_AS] = 3 << 30
        if self.program == "elman-run":
            case.prefix = [str(self.root / "launch/elman-run"), "-n", draw.choice("112"), "--max-restarts", "0"]
        elif self.program == "elman-train" and draw.random() < 0.02:
            case.prefix = ["mpirun", "-n", "1"]
        kinds = [self.change_file] * 5 + [self.change_flag] * 3 + [self.change_environment] * 3 + [self.change_limit] + [self.change_streams]
        if self.program in ("elman-train", "elman-run"):
            kinds += [self.change_field] * 6
        if self.program == "elman-run":
            kinds += [self.change_launcher] * 4
        if stdin:
            path = case.folder / stdin
            case.stdin = path.read_bytes()
            kinds += [self.change_stdin] * (5 if self.program == "elman-predict" else 1)
        for _ in range(draw.choice([1, 1, 1, 1, 2, 2, 3])):
            change = draw.choice(kinds)(draw, case)
            if change:
                case.changes.append(change)
        self.bring(case, brought)
        case.may_be_long |= any(argument.endswith("pipe") for argument in case.arguments)  # someone may yet write to it
        # SentencePiece's training of unigram takes time as the square of text that repeats itself.
        case.may_be_long |= "--tokenizer=unigram" in case.arguments
        return case

    def bring(self, case, there):
        """Copies what the arguments name into the case's folder, but for what was `there` before; returns what is now."""
        named = set(re.split(r"[=,:/]", "/".join(case.arguments)))
        wanted = {path for path in self.base.iterdir() if path.name in named or path.suffix in (".train", ".valid", ".test")} - there
        for path in wanted:
            if path.is_dir():
                shutil.copytree(path, case.folder / path.name, symlinks=True)
            else:
                shutil.copyfile(path, case.folder / path.name)
        pipe = case.folder / "pipe"  # with nobody at its other end
        if "pipe" in named and not pipe.exists():
            os.mkfifo(pipe)
        return there | wanted

    # What belongs to a command: every file below a path that an argument names.
    def files_of(self, case):
        files = []
        for argument in case.arguments:
            for name in re.split(r"[=,:]", argument):
                path = case.folder / name
                if not name or name.startswith(("/", ".")) or len(name) > 200 or not path.exists():
                    continue
                files += [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
        return sorted(set(p for p in files if p.exists() and p.is_file() and not p.is_symlink() or p.name in ("latest", "best")))

    def change_file(self, draw, case):
        files = [path for path in self.files_of(case) if path.is_file()]
        if not files:
            return None
        path = draw.choice(files)
        if draw.random() < 0.2:
            return file_mutations.replace(draw, path, case.started)
        if draw.random() < 0.08:
            other = draw.choice(sorted(p for p in case.folder.rglob("*") if p.is_file() and p.stat().st_size < 1 << 24))
            path.write_bytes(other.read_bytes())
            return f"{path.name} has the bytes of {other.name}"
        return file_mutations.mutate_bytes(draw, path)

    def value(self, draw, name, kind, words):
        """Of a flag or a field."""
        if kind in ("N", "integer"):
            drawn = draw.choice(WHOLE_NUMBERS)
        elif kind in ("X", "number"):
            drawn = draw.choice(REAL_NUMBERS)
        elif kind in ("true or false", None, ""):
            drawn = draw.choice(["true", "false", "1", "0", "yes", "maybe", ""])
        elif kind and re.search("FILE|DIR", kind):
            drawn = draw.choice(PATHS)
        else:
            drawn = draw.choice(words * 2 + TEXTS if words else TEXTS)
        return drawn.lower() if draw.random() < 0.03 else drawn

    def is_long(self, name, value):
        return bool(LONG.search(name)) and not re.fullmatch(r"-.*|\d{0,2}|[a-z ]*", value)

    def change_flag(self, draw, case):
        own = "elman-train" if self.program == "elman-run" else self.program
        if draw.random() < 0.1:  # another program's
            flags = self.flags[draw.choice(sorted(self.flags))]
        else:
            flags = self.flags[own]
        name, kind, words = draw.choice(flags)
        way = draw.random()
        if way < 0.05:
            case.arguments.append(draw.choice(["--", "-", "--=", "--" + name[:-1], "--" + name + "x=1", "extra", "", "-h", "--help=odd", "@list", "\udcff"]))
            return f"argument {case.arguments[-1]!r}"
        if way < 0.1 and case.arguments:
            gone = case.arguments.pop(draw.randrange(len(case.arguments)))
            return f"without {gone}"
        if way < 0.15 and case.arguments:
            case.arguments.append(draw.choice(case.arguments))
            return f"{case.arguments[-1]} again"
        if way < 0.35 and case.arguments:  # another value for what is there
            at = draw.randrange(len(case.arguments))
            name, equals, value = case.arguments[at].rpartition("=")
            kind = next((kind for other, kind, _ in self.flags[own] if "--" + other == name), "FILE")
            value = self.value(draw, name, kind, []) if draw.random() < 0.8 else draw.choice([value + "x", value[1:], value.upper(), value * 2, value + ",", value + "/"])
            case.may_be_long |= self.is_long(name, value)
            case.arguments[at] = name + equals + value
            return f"argument {case.arguments[at]!r}"
        value = self.value(draw, name, kind, words)
        case.may_be_long |= self.is_long(name, value)
        if not kind:
            text = draw.choice([f"--{name}", f"--no{name}", f"--{name}={value}"])
        else:
            text = draw.choice([f"--{name}={value}"] * 8 + [f"--{name}"])
        # An option that is there already is often replaced, or it would be named twice.
        case.arguments = [a for a in case.arguments if not a.startswith(f"--{name}=") or draw.random() < 0.2]
        case.arguments.insert(draw.randrange(len(case.arguments) + 1), text)
        return f"flag {text!r}"

    def change_field(self, draw, case):
        name, kind, names = draw.choice(self.fields)
        if kind == "name":
            value = draw.choice(names * 3 + ["ODD", "", "0", "99", "-1", '"LSTM"'] if names else TEXTS)
        elif kind.startswith("numbers"):
            value = draw.choice(["1", "1,1", "3,1,2", "0,0", "-1,1", "nan,1", "inf,1", "1e39,1", ",", ""])
        else:
            value = self.value(draw, name, kind, [])
        case.may_be_long |= self.is_long(name, value)
        field = f"{name}={value}"
        config = case.option("config")
        if draw.random() < 0.5 or not config or not (case.folder / config).is_file():
            case.arguments.append(field)
        else:
            path = name.split(".")
            text = " { ".join(path) + f": {value or '?'}" + " }" * (len(path) - 1) + "\n"
            with open(case.folder / config, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        return f"field {field!r}"

    def change_stdin(self, draw, case):
        path = case.folder / "stdin.txt"
        path.write_bytes(case.stdin)
        file_mutations.mutate_bytes(draw, path)
        case.stdin = path.read_bytes()
        return "other standard input"

    def change_environment(self, draw, case):
        name = draw.choice(sorted(VARIABLES))
        value = draw.choice(VARIABLES[name])
        case.variables[name] = value
        return f"environment {name}={value!r}"

    def change_limit(self, draw, case):
        limit = draw.choice(sorted(LIMITS))
        if self.sanitized and limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_STACK):
            return None  # sanitizers need address space
        case.limits[limit] = draw.choice(LIMITS[limit])
        return f"limit {limit}: {case.limits[limit]}"

    def change_streams(self, draw, case):
        case.streams = draw.choice(STREAMS)
        return case.streams

    def change_launcher(self, draw, case):
        option = draw.choice([["-n", draw.choice(WHOLE_NUMBERS)], ["--at-most", draw.choice(WHOLE_NUMBERS)], ["--hostfile", draw.choice(PATHS)],
                              ["--max-restarts", draw.choice(WHOLE_NUMBERS)], ["--hang-timeout", draw.choice(WHOLE_NUMBERS)],
                              ["--host-patience", draw.choice(WHOLE_NUMBERS)], ["--stopped-status", draw.choice(WHOLE_NUMBERS)],
                              ["--odd"], ["-x", draw.choice(["ODD", "", "A=B"])], ["--bind-to", draw.choice(["none", "core", "odd", ""])],
                              ["--host", draw.choice(["localhost:2", "localhost", ":", "nowhere.invalid", ""])], ["--mca", "odd"], ["-n"]])
        if option[0] in ("-n", "--at-most") and len(option) > 1 and option[1].isdigit() and int(option[1]) > 8:
            option[1] = "3"
        case.may_be_long |= "nowhere.invalid" in option  # a host is waited for
        at = draw.choice([1, len(case.prefix)])
        case.prefix[at:at] = option
        return f"elman-run {' '.join(option)!r}"
