# Functions for the tests of this folder. A test is called with the folder of the built programs. It works in a folder of
# its own, which is removed at the end, unless the test failed and ELMAN_KEEP is set.
# shellcheck shell=bash
set -euo pipefail

bin=$(cd "${1:?the folder of the built programs}" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/elman-test-XXXXXX")
failures=0
trap leave EXIT
cd "$work"
# A program that is started without mpirun starts no Open MPI daemon, which would take longer than most of the tests.
export OMPI_MCA_ess_singleton_isolated=1

leave() {
  local status=$? job left
  for job in $(jobs -p); do kill $(family "$job") 2>/dev/null || true; done
  # Ranks whose mpirun was killed continue for a few seconds, or longer on a busy machine. A job that does not end is a
  # fault.
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

# processes_here: prints the other processes that work in the folder of the test.
processes_here() {
  local process
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/cwd") == "$work"* && ${process#/proc/} != "$$" && ${process#/proc/} != "$BASHPID" ]]; then
      echo "${process#/proc/}"
    fi
  done 2>/dev/null
}

# fail MESSAGE: reports a failure. The test continues, to find further failures, and fails at its end.
fail() {
  echo "FAILED: $1" >&2
  failures=$((failures + 1))
}

# die MESSAGE: reports a failure and exits, because the following checks depend on it.
die() {
  fail "$1"
  exit 1
}

# The last line of every test.
report_result() {
  if ((failures > 0)); then
    echo "$failures failures" >&2
    exit 1
  fi
  echo "passed"
}

# succeed COMMAND...: the command must exit with 0. Otherwise prints its output and exits. Writes its output to out and err.
succeed() {
  local status=0
  "$@" >out 2>err </dev/null || status=$?
  if ((status != 0)); then
    cat out err >&2
    die "exit status $status: $*"
  fi
}

# refuse STATUS PROGRAM REGEX COMMAND...: the command must exit with this status and print one line that begins with
# "PROGRAM: error:" and matches the expression (ignoring case).
refuse() {
  local wanted=$1 program=$2 regex=$3 status=0 lines
  shift 3
  "$@" >out 2>err </dev/null || status=$?
  lines=$(grep -ac "^$program: error: " err || true) # -a: mpirun may print anything
  if ((status != wanted || lines != 1)) || ! grep -a "^$program: error: " err | grep -qiE -e "$regex"; then
    fail "wanted status $wanted and one line '$program: error: ... $regex'; got $status and $lines lines from: $*"
    sed 's/^/    /' err >&2
  fi
}

# await WHAT COMMAND...: repeats the command until it succeeds, for at most 30 seconds.
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

# json NAME [FILE]: prints the first value with this name in each JSON line of the file or of standard input, strings
# without quotes.
json() {
  sed -nE 's/"'"$1"'": ?/\n/; s/^[^\n]*\n("([^"]*)"|[-+.0-9eE]+|true|false|null).*/\1/p' "${2:--}" | tr -d '"'
}

# timeless: prints lines of a metrics.jsonl without their times.
timeless() {
  sed -E 's/, "time": [0-9.]+\}$/}/'
}

# lines_of_kind KIND FILE: prints the lines of this kind in a metrics.jsonl.
lines_of_kind() {
  grep -E '"kind": ?"'"$1"'"' "$2" || true
}

# loss_curve RUN: prints the lines of training and validation in its metrics.jsonl, without durations and bytes sent.
loss_curve() {
  grep -E '"kind": "(train|valid)"' "$1/metrics.jsonl" | timeless | sed 's/ "tokens_per_second".*//'
}

# corrupt CHECKPOINT: changes bytes in the middle of the file.
corrupt() {
  printf 'damage' | dd of="$1" bs=1 seek=5000 conv=notrunc status=none
}

# rank_0 RUN: prints the process that writes to the run directory.
rank_0() {
  sed -nE 's/.*process ([0-9]+).*/\1/p' "$1/lock"
}

# find_job RUN: sets rank, the process that rank_0 prints, and mpirun, its parent. Fails if that process does not exist, for
# example because the job is about to end or to restart.
find_job() {
  rank=$(rank_0 "$1" 2>/dev/null) && [[ -n $rank ]] &&
    mpirun=$(sed -nE 's/^PPid:\s*//p' "/proc/$rank/status" 2>/dev/null) && [[ -n $mpirun ]]
}

# write_corpus LINES SEED: prints sentences of a small grammar, the same on every machine for the same seed.
write_corpus() {
  awk -v lines="$1" -v seed="$2" '
    function draw(n) { # a number below n, from a linear congruential generator
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

# preprocess OUTPUT [FLAG...]: makes a data set from the generated corpus.
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

# train RANKS DATASET RUN [ARGUMENT...]: trains the network of config.textproto.
train() {
  local ranks=$1 dataset=$2 run=$3
  shift 3
  [[ -e config.textproto ]] || write_config >config.textproto
  "$root/launch/elman-run" -n "$ranks" "$bin/elman-train" \
    --config=config.textproto --data="$dataset" --output="$run" "$@"
}

# family PROCESS: prints the process and all its descendants.
family() {
  local child children
  echo "$1"
  read -r children 2>/dev/null <"/proc/$1/task/$1/children" || true
  for child in ${children:-}; do family "$child"; done
}

# rank_processes: prints the processes of elman-train that work in the folder of the test, in order of rank. Those on other
# hosts are not always below mpirun.
rank_processes() {
  local process rank
  for process in $(processes_here); do
    if [[ $(readlink "/proc/$process/exe") != */elman-train ]]; then continue; fi
    rank=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p') || continue # it has just ended
    echo "${rank:-0} $process"
  done 2>/dev/null | sort -n | cut -d' ' -f2
}

# content_hash RUN_OR_CHECKPOINT
content_hash() {
  "$bin/elman-inspect" "$1" --format=json | json content_hash
}
