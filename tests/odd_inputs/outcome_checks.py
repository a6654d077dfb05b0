"""Runs a case and checks how it ended: in words what is wrong, None where nothing is."""
import json
import math
import os
import re
import resource
import signal
import subprocess
import tempfile

import base_inputs

SECONDS = 5
# Open MPI, and the loader of programs, speak for themselves.
NOT_OURS = re.compile(r"error while loading shared libraries|MPI_Init|mpirun|orte|PRTE|opal_|ompi_|OPAL|PMIX|libgomp:|bash: |xrealloc|xmalloc|cannot allocate|Cannot allocate")
CRASH = re.compile(r"Segmentation fault|terminate called|Check failed|Assertion|AddressSanitizer|runtime error:|core dumped|\bSIG(SEGV|ABRT|BUS|FPE|ILL)\b"
                   r"|exited on signal|stack smashing|double free|corrupted size|unexpected exception")


def strict_json(text):
    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


class End:
    """How a process ended."""

    def __init__(self, status, out, err, hung):
        self.status, self.out, self.err, self.hung = status, out, err, hung

    def text(self):
        return self.err.decode("utf-8", "surrogateescape")


def command_of(case, programs):
    if case.program == "elman-run":
        return [*case.prefix, str(programs / "elman-train"), *case.arguments]
    return [*case.prefix, str(programs / case.program), *case.arguments]


def execute(case, programs, seconds):
    environment = base_inputs.environment()
    for name, value in case.variables.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    closed = {"closed stdin": 0, "closed stdout": 1, "closed stderr": 2}.get(case.streams)

    def prepare():
        if case.streams == "no folder":
            os.mkdir("gone")
            os.chdir("gone")
            os.rmdir("../gone")
        elif case.streams == "ignored signals":
            for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM, signal.SIGXFSZ, signal.SIGUSR1):
                signal.signal(number, signal.SIG_IGN)
        elif case.streams == "blocked signals":
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        if closed is not None:
            os.close(closed)
        for limit, value in case.limits.items():
            hard = resource.getrlimit(limit)[1]
            resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))

    with tempfile.TemporaryFile() as stdin:
        stdin.write(case.stdin or b"")
        stdin.seek(0)
        streams = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        opened = []
        if case.streams == "no stdin":
            streams["stdin"] = subprocess.DEVNULL
        elif case.streams == "folder as stdin":
            opened.append(os.open(case.folder, os.O_RDONLY))
            streams["stdin"] = opened[0]
        elif case.streams in ("full stdout", "full stderr"):
            opened.append(os.open("/dev/full", os.O_WRONLY))
            streams[case.streams.split()[1]] = opened[0]
        elif case.streams == "deaf stdout":
            reader, writer = os.pipe()
            os.close(reader)
            opened.append(writer)
            streams["stdout"] = writer
        if case.streams == "read-only folder":
            case.folder.chmod(0o500)
        process = subprocess.Popen(command_of(case, programs), cwd=case.folder, env=environment, start_new_session=True,
                                   preexec_fn=prepare, umask=0o777 if case.streams == "umask" else -1, **streams)
        for descriptor in opened:
            os.close(descriptor)
        hung = False
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            hung = True
            end_all(process, case)
            out, err = process.communicate()
        end_all(process, case)
        case.folder.chmod(0o700)
        return End(process.returncode, out or b"", err or b"", hung)


def end_all(process, case):
    """The process, what it started, and what feeds it."""
    for started in [process, *case.started]:
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        started.wait()
    if not case.prefix:
        return
    for other in os.listdir("/proc"):  # ranks have a session of their own
        try:
            if other.isdigit() and os.readlink(f"/proc/{other}/cwd").startswith(str(case.folder)):
                os.kill(int(other), signal.SIGKILL)
        except OSError:
            pass


def check_case(case, programs, end):
    text = end.text()
    if end.hung:
        return None if case.may_be_long else f"no end after {SECONDS} s"
    if end.status < 0:
        if case.streams == "deaf stdout" and end.status == -signal.SIGPIPE:
            return None
        return f"signal {-end.status} ({signal.Signals(-end.status).name})"
    # Open MPI's mpirun itself crashes if it is ended while it starts a rank; elman-run says why it ended the job.
    mpirun_ended = re.search(r"\] mpirun\(\+0x", text) and re.search(r"^elman-run: error: no progress for", text, re.M)
    if CRASH.search(text) and not mpirun_ended:
        return "a crash: " + CRASH.search(text).group(0)
    if end.status not in (0, 1, 2):
        # 127: the dynamic loader ran out of memory, which it reports on standard error.
        silent = case.streams in ("closed stderr", "full stderr")
        if end.status == 127 and (silent or NOT_OURS.search(text)) or case.prefix:
            return None
        return f"exit status {end.status}"
    return check_failure(case, end, text) if end.status else check_success(case, programs, end, text)


def check_failure(case, end, text):
    if case.streams in ("closed stderr", "full stderr"):
        return None
    own = r"elman-(train|run)" if case.prefix else case.program
    errors = re.findall(rf"^{own}: error: (.*)$", text, re.M)
    if case.prefix:
        errors = re.findall(r"^elman-[a-z]+: error: (.*)$", text, re.M)
        return None if errors or NOT_OURS.search(text) else f"exit status {end.status} without an error"
    messages = [error[-1] if isinstance(error, tuple) else error for error in errors]
    if not messages:
        return None if NOT_OURS.search(text) else f"exit status {end.status} without an error"
    if len(messages) > 1:
        return f"{len(messages)} errors"
    message = messages[0]
    after = text[text.rindex(message) + len(message):].strip("\n")
    if after:
        return "more lines after the error"
    if len(message) < 15 or message.rstrip().endswith(":"):
        return f"an error that says nothing: {message!r}"
    if len(message) > 1500 + max(map(len, case.arguments), default=0):
        return f"an error of {len(message)} characters"
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f\udc80-\udcff]", message):
        return "an error with bytes that a terminal cannot show"
    if text.count("\n") > 60:
        return f"{text.count(chr(10))} lines on standard error"
    return None


def check_success(case, programs, end, text):
    if re.search(r"^elman-[a-z]+: error: ", text, re.M) and not case.prefix:
        return "exit status 0 with an error"
    if re.search(r"--(help|version)\b|(^| )-h( |$)", " ".join(case.arguments)):
        return None if end.out or case.streams in ("closed stdout", "full stdout") else "exit status 0 with no output"
    result = {"elman-preprocess": check_dataset, "elman-train": check_run, "elman-run": check_run, "elman-evaluate": check_metrics,
              "elman-baseline": check_baseline, "elman-predict": check_predictions, "elman-inspect": check_view}[case.program]
    if case.streams in ("closed stdout", "full stdout") and case.program in ("elman-evaluate", "elman-predict", "elman-inspect"):
        return None if case.program == "elman-predict" and not case.stdin else "exit status 0, and its output is lost"
    problem = result(case, programs, end, text)
    return problem and "exit status 0, but " + problem


def inspected(case, programs, path, *arguments):
    """What elman-inspect says of a result, and what is wrong with it."""
    done = subprocess.run([programs / "elman-inspect", f"./{path}" if not path.startswith("/") else path, "--format=json", *arguments],
                          cwd=case.folder, capture_output=True, env=base_inputs.environment(), check=False)
    if done.returncode != 0:
        return None, "elman-inspect refuses the result: " + done.stderr.decode("utf-8", "replace").strip()[:300]
    return strict_json(done.stdout.decode("utf-8", "replace")), None


def check_dataset(case, programs, end, text):
    output = case.option("output")
    view, fault = inspected(case, programs, output, "--verify")
    if fault:
        return fault
    splits = view.get("splits", {})
    if not splits:
        return "the data set has no split"
    for name, split in splits.items():
        fields = [split, *(value for value in split.values() if isinstance(value, dict))]
        for field in fields:
            if field.get("tokens", 1) == 0 or field.get("pairs", 1) == 0 or field.get("examples", 1) == 0:
                return f"split {name} is empty"
            if field.get("tokens") and field.get("unknown", 0) >= field["tokens"] and "warning" not in text:
                return f"all of split {name} is unknown, without a warning"
    for path in (case.folder / output).glob("*vocabulary*.txt"):
        words = path.read_bytes().splitlines()
        if view.get("tokenizer") != "byte" and b"\0" in path.read_bytes():
            return f"{path.name} has NULs"
        if sum(b"\xef\xbf\xbd" in word or not is_utf8(word) for word in words) > len(words) / 4 and "warning" not in text:
            return f"the words of {path.name} are no text"
    return None


def is_utf8(word):
    try:
        word.decode()
        return True
    except UnicodeDecodeError:
        return False


def check_run(case, programs, end, text):
    if any(re.fullmatch(r"--(dry_run|preflight)(=(true|t|yes|y|1))?|--(verify_resume|replay_step)(=\+?0*[1-9].*)?", argument)
           for argument in case.arguments):
        if case.streams in ("closed stdout", "full stdout"):
            return "its output is lost" if "--dry_run" in case.arguments else None
        if not end.out and not end.err:
            return "there is no output"
        return odd_number(end.out)
    output = case.option("output")
    view, fault = inspected(case, programs, output)
    if fault:
        return fault
    if view.get("step", 0) < 1:
        return "no step was trained"
    losses = []
    with open(case.folder / output / "metrics.jsonl", encoding="utf-8", errors="replace") as file:
        for line in file:
            entry = strict_json(line)
            if entry.get("kind") == "train":
                losses.append(entry.get("loss"))
    if not losses:  # it had been finished already
        return None if case.option("resume") or output == "text.run" else "metrics.jsonl has no loss"
    if losses[-1] is None or not math.isfinite(losses[-1]):
        return "the last loss is not finite"
    return None


def odd_number(out):
    match = re.search(rb"(?<![\w'/-])-?(nan|inf)(?![\w'-])", out)
    return f"it prints {match.group(0).decode()}" if match else None


def check_metrics(case, programs, end, text):
    if not end.out.strip():
        return "there is no output"
    if case.option("format") != "json":
        return odd_number(end.out)
    metrics = strict_json(end.out)
    for name, value in metrics.items():
        if value is None and name in ("loss", "accuracy", "perplexity", "bits_per_byte", "macro_f1", "bleu", "chrf"):
            return f"{name} is no number"
    for name in ("tokens", "examples", "predictions", "words"):
        if metrics.get(name) == 0:
            return f"it is of 0 {name}"
    return None


def check_baseline(case, programs, end, text):
    view, fault = inspected(case, programs, case.option("output"))
    if fault:
        return fault
    return "it counts nothing" if view.get("train_examples") == 0 else None


def check_predictions(case, programs, end, text):
    data = b"" if case.streams in ("no stdin", "closed stdin") else case.stdin
    inputs = data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
    outputs = end.out.count(b"\n")
    if inputs and not outputs:
        return "there is no output"
    if case.option("format") == "json":
        for line in end.out.splitlines():
            strict_json(line)
    if case.tags_words() and case.option("format") != "json":
        outputs = len(re.findall(rb"^$", end.out, re.M)) - 1  # a line for each word, and an empty one after a sentence
    if any(re.match(r"--(n_best|lines|interactive|columns|stop)\b", argument) for argument in case.arguments):
        return None
    if data.startswith((b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff")):
        return None  # decoded first
    return f"it has {outputs} lines for {inputs}" if inputs != outputs else None


def check_view(case, programs, end, text):
    if not end.out.strip():
        return "there is no output"
    if case.option("format") == "json":
        strict_json(end.out)
    for name in ("export_vectors", "arpa"):
        output = case.option(name)
        if output and (case.folder / output).is_file() and (case.folder / output).stat().st_size == 0:
            return f"{output} is empty"
    return odd_number(end.out) if case.option("format") != "json" else None
