# Verbs for the tests of this folder. A test is called with the folder of the built programs; it works in a folder of
# its own, which is removed at the end, unless the test failed and ELMAN_KEEP is set.
# shellcheck shell=bash
set -euo pipefail

bin=$(cd "${1:?the folder of the built programs}" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/elman-test-XXXXXX")
failures=0
trap leave EXIT
cd "$work"
# A program that is started without mpirun starts no daemon of Open MPI's, which takes longer than what most tests ask of it.
export OMPI_MCA_ess_singleton_isolated=1

leave() {
  local status=$? job left
  for job in $(jobs -p); do kill $(family "$job") 2>/dev/null || true; done
  # Ranks whose mpirun was killed go on for a few seconds, for longer on a busy machine. A job that nobody ends is a fault.
  for _ in {1..30}; do
    left=$(processes_here)
    if [[ -z $left ]]; then break; fi
    sleep 1
  done
  if [[ -n $left ]]; then
    echo "FAILED: left running: $(ps -o pid=,args= -p "${left//$'\n'/,}")" >&2
    kill -KILL $left
    status=1
  fi
  if [[ -n ${ELMAN_KEEP:-} ]] && ((status != 0)); then
    echo "kept: $work" >&2
  else
    rm -rf "$work"
  fi
  exit "$status"
}

# processes_here: those other than this one that work in the test's folder.
processes_here() {
  local process
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/cwd") == "$work"* && ${process#/proc/} != "$$" && ${process#/proc/} != "$BASHPID" ]]; then
      echo "${process#/proc/}"
    fi
  done 2>/dev/null
}

# fail MESSAGE: the test goes on, to show what else is wrong, and fails at its end.
fail() {
  echo "FAILED: $1" >&2
  failures=$((failures + 1))
}

# die MESSAGE: what follows makes no sense without it.
die() {
  fail "$1"
  exit 1
}

# The last line of every test.
verdict() {
  if ((failures > 0)); then
    echo "$failures failures" >&2
    exit 1
  fi
  echo "passed"
}

# succeed COMMAND...: it exits with 0, or the test ends here and shows what it said. Output goes to out and err.
succeed() {
  local status=0
  "$@" >out 2>err </dev/null || status=$?
  if ((status != 0)); then
    cat out err >&2
    die "exit status $status: $*"
  fi
}

# refuse STATUS PROGRAM REGEX COMMAND...: the command exits with that status and says one line that begins with
# "PROGRAM: error:" and matches the expression (whatever the case).
refuse() {
  local wanted=$1 program=$2 regex=$3 status=0 lines
  shift 3
  "$@" >out 2>err </dev/null || status=$?
  lines=$(grep -c "^$program: error: " err || true)
  if ((status != wanted || lines != 1)) || ! grep "^$program: error: " err | grep -qiE -e "$regex"; then
    fail "wanted status $wanted and one line '$program: error: ... $regex'; got $status and $lines lines from: $*"
    sed 's/^/    /' err >&2
  fi
}

# await WHAT COMMAND...: until the command succeeds, half a minute at most.
await() {
  local what=$1 tenths
  shift
  for ((tenths = 0; tenths < 300; tenths++)); do
    if "$@" 2>/dev/null; then return; fi
    sleep 0.1
  done
  die "waited 30 seconds for $what"
}

# equal WHAT A B
equal() {
  [[ $2 == "$3" ]] || fail "$1: $2 is not $3"
}

# json NAME [FILE]: the first value of that name in each JSON line of the file, or of standard input; strings without quotes.
json() {
  sed -nE 's/"'"$1"'": ?/\n/; s/^[^\n]*\n("([^"]*)"|[-+.0-9eE]+|true|false|null).*/\1/p' "${2:--}" | tr -d '"'
}

# timeless: lines of a metrics.jsonl, but for when they were written.
timeless() {
  sed -E 's/, "time": [0-9.]+\}$/}/'
}

# lines_of_kind KIND FILE: these lines of a metrics.jsonl.
lines_of_kind() {
  grep -E '"kind": ?"'"$1"'"' "$2" || true
}

# loss_curve RUN: what its metrics.jsonl says of training and validation, but for how long it took and what was sent.
loss_curve() {
  grep -E '"kind": "(train|valid)"' "$1/metrics.jsonl" | timeless | sed 's/ "tokens_per_second".*//'
}

# corrupt CHECKPOINT: bytes in the middle of it become others.
corrupt() {
  printf 'damage' | dd of="$1" bs=1 seek=5000 conv=notrunc status=none
}

# rank_0 RUN: the process that writes there.
rank_0() {
  sed -nE 's/.*process ([0-9]+).*/\1/p' "$1/lock"
}

# write_corpus LINES SEED: sentences of a small grammar, the same for the same seed everywhere.
write_corpus() {
  awk -v lines="$1" -v seed="$2" '
    function draw(n) { # a number below n, from a linear congruence
      seed = (seed * 16807 + 11) % 2147483647
      return int(seed / 65536) % n
    }
    function pick(words, list, n) { n = split(words, list, " "); return list[draw(n) + 1] }
    function noun_phrase() {
      return pick("the a the every") " " (draw(3) ? "" : pick("old small red wise") " ") \
             pick("king river house dog child mountain bird ship")
    }
    BEGIN {
      for (i = 0; i < lines; i++) {
        s = noun_phrase() " " pick("sees finds loves leaves keeps") " " noun_phrase()
        if (draw(2)) s = s " and " pick("sings sleeps runs") " " pick("by_day by_night alone")
        print s "."
      }
    }'
}

# preprocess OUTPUT [FLAG...]: the made-up corpus as a data set.
preprocess() {
  local output=$1
  shift
  if [[ ! -e train.txt ]]; then
    write_corpus 600 1 >train.txt
    write_corpus 100 2 >valid.txt
    write_corpus 100 3 >test.txt
  fi
  succeed "$bin/elman-preprocess" --task=language_model --train=train.txt --valid=valid.txt --test=test.txt \
    --output="$output" "$@"
}

# A network that trains in seconds.
write_config() {
  cat <<'END'
model { cell: LSTM layers: 2 hidden_size: 24 embedding_size: 16 dropout: 0.1 initializer { range: 0.1 } }
optimizer { kind: ADAM learning_rate: 0.01 clip_norm: 5 }
schedule { kind: EPOCH_DECAY constant_epochs: 1 factor: 0.5 }
batch_size: 8
sequence_length: 10
max_epochs: 2
seed: 7
logging { every_steps: 10 }
END
}

# train RANKS DATASET RUN [ARGUMENT...], with the network of config.textproto.
train() {
  local ranks=$1 dataset=$2 run=$3
  shift 3
  [[ -e config.textproto ]] || write_config >config.textproto
  "$root/launch/elman-run" -n "$ranks" "$bin/elman-train" \
    --config=config.textproto --data="$dataset" --output="$run" "$@"
}

# family PROCESS: it and all that descend from it.
family() {
  local child children
  echo "$1"
  read -r children 2>/dev/null <"/proc/$1/task/$1/children" || true
  for child in ${children:-}; do family "$child"; done
}

# rank_processes JOB: the processes of elman-train below process JOB, in order of rank.
rank_processes() {
  local process rank
  for process in $(family "$1"); do
    if [[ $(readlink "/proc/$process/exe") != */elman-train ]]; then continue; fi
    rank=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p')
    echo "${rank:-0} $process"
  done 2>/dev/null | sort -n | cut -d' ' -f2
}

# content_hash RUN_OR_CHECKPOINT
content_hash() {
  "$bin/elman-inspect" "$1" --format=json | json content_hash
}
