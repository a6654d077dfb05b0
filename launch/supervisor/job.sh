# One start of mpirun: processes, signals, end and leftover files of the job.
# shellcheck shell=bash

# claim_state: makes the folder in which this elman-run keeps the state of its job. Also removes folders of earlier starts
# of the same run on this host that were killed together with their jobs.
claim_state() {
  local folder base=${TMPDIR:-/tmp} me owner pid session tenths
  [[ -d $base ]] || fail "TMPDIR=$base is not a folder; set TMPDIR to a folder that exists on every host, for example: export TMPDIR=/tmp"
  state=$(mktemp -d "$base/elman-run.XXXXXX" 2>/dev/null) ||
    fail "TMPDIR=$base: cannot create a folder in it; set TMPDIR to a folder with write permission and free space, for example: export TMPDIR=/tmp"
  facts=$state/facts mpirun_files=$state/mpirun
  me="$run $(uname -n) $(readlink /proc/self/ns/pid)" # process numbers of another container have no meaning here
  for folder in "$base"/elman-run.*/; do
    if [[ -z $run || ! -O $folder ]]; then continue; fi
    { read -r owner && read -r pid && read -r session; } 2>/dev/null < <(cat "$folder"{owner,session}) || continue
    if [[ $owner != "$me" || -e /proc/$pid ]]; then continue; fi
    # The ranks of that job end within three seconds after their mpirun.
    for ((tenths = 0; tenths < 50; tenths++)); do
      if [[ -z $(processes_of "$session") ]]; then
        remove_leftovers "${folder}mpirun"
        rm -rf "$folder"
        break
      fi
      sleep 0.1
    done
  done
  printf '%s\n' "$me" "$$" >"$state/owner" ||
    fail "TMPDIR=$base: cannot write to it; check the free space (df $base) and the limit of file sizes (ulimit -f)"
}

release_state() {
  rm -rf "${state:-}"
}

# start_job COMMAND...: starts mpirun as `job`, in a session of its own. So Ctrl-C at the terminal reaches only elman-run,
# and the processes of the job on this host can be identified.
start_job() {
  local messages
  : >"$facts"
  rm -rf "$mpirun_files"
  mkdir "$mpirun_files"
  exec {messages}> >(trap '' INT TERM HUP USR1 && without_noise >&2)
  filter=$!
  # If elman-run itself is killed, mpirun receives SIGTERM, so that no job continues without supervision.
  TMPDIR=$mpirun_files "${die_with_me[@]}" setsid mpirun "$@" <&0 2>&"$messages" {messages}>&- {never}>&- {own_stderr}>&- &
  job=$!
  exec {messages}>&-
  echo "$job" >"$state/session"
  watch_job &
  watcher=$!
  disown "$watcher" # otherwise bash would report that it was killed
  if [[ $stopping == yes ]]; then send_messenger; fi
}

# wait_for_job: waits for mpirun, its ranks on this host and its messages. Sets `status` to the exit status of mpirun.
wait_for_job() {
  local again helper left
  status=0
  while { wait "$job" && status=0 || status=$?; } 2>/dev/null && kill -0 "$job" 2>/dev/null; do :; done
  # A signal may have interrupted the last wait just when mpirun ended. bash still knows the true status then.
  wait "$job" 2>/dev/null || { again=$? && ((again == 127)) || status=$again; }
  for helper in $messenger $watcher $ender; do kill -KILL "$helper" 2>/dev/null || true; done
  # After mpirun was killed, ranks continue for up to three seconds and keep the run directory locked.
  if ((status != 0)) || fact ended >/dev/null; then left=$(processes_of "$job"); fi
  if [[ -n ${left:-} ]]; then
    if ((status > 128)) && ! fact ended >/dev/null; then echo "killed mpirun was killed" >>"$facts"; fi
    note_segments "$left"
    end_processes
  fi
  wait "$filter" 2>/dev/null || true
  remove_leftovers "$mpirun_files"
  job=
  messenger=
  watcher=
  ender=
}

# wait_interruptibly SECONDS: waits for this time, or until a signal requests a stop.
wait_interruptibly() {
  local sleeper
  if [[ $stopping == yes ]]; then return 0; fi
  sleep "$1" &
  sleeper=$!
  wait "$sleeper" || kill "$sleeper" 2>/dev/null || true
}

# processes_of SESSION: prints the running processes of SESSION on this host, one per line.
processes_of() {
  local file text
  for file in /proc/[0-9]*/stat; do
    text=
    { read -r -d '' text <"$file" || true; } 2>/dev/null
    text=${text##*) } # the process name before it may contain anything; after it: state, parent, group, session
    # shellcheck disable=SC2086 # words
    set -- "$1" $text
    if [[ ${5:-} == "$1" && $2 != [ZX] ]]; then
      file=${file#/proc/}
      echo "${file%/stat}"
    fi
  done
}

# end_job WHY: ends mpirun and all processes of the job on this host: with SIGTERM, and after some seconds with SIGKILL, because
# an mpirun that hangs, or that waits for a host that it has lost, does not react to SIGTERM. Records WHY.
end_job() {
  echo "ended $1" >>"$facts"
  kill -TERM "$job" 2>/dev/null || true
  pause 5 # when mpirun ends within this time, elman-run ends this helper and kills what is left
  end_processes
}

# has_rank: succeeds if mpirun has ranks on this host, or if that is not known.
has_rank() {
  local children child
  { read -r children <"/proc/$job/task/$job/children" || true; } 2>/dev/null
  if [[ ! -e /proc/$job/task/$job/children ]]; then return 0; fi
  for child in ${children:-}; do
    if grep -qzs '^OMPI_COMM_WORLD_RANK=' "/proc/$child/environ"; then return 0; fi
  done
  return 1
}

# end_processes: kills the remaining processes of the job on this host and waits until they have ended. A process that hangs
# in the kernel, for example on a file system that does not respond, cannot be killed; a message names it.
end_processes() {
  local tenths left
  for ((tenths = 0; tenths < 300; tenths++)); do
    left=$(processes_of "$job")
    if [[ -z $left ]]; then return 0; fi
    # shellcheck disable=SC2086 # words
    kill -KILL $left 2>/dev/null || true
    sleep 0.1
  done
  say "cannot kill process ${left//$'\n'/, }; it probably waits for a file system that does not respond"
}

# Open MPI keeps the files of a job in a folder that elman-run provides and, in /dev/shm, one segment per rank. (Windows
# lose their names as soon as all ranks have mapped them.) A killed mpirun does not remove them.

# note_segments PROCESSES: records the segments that these processes map. All belong to one job.
note_segments() {
  local process
  for process in $1; do
    grep -hoE '/dev/shm/(vader_segment|sm_segment|osc_sm)\.[^ ]+$' "/proc/$process/maps" 2>/dev/null || true
  done | sort -u >"$mpirun_files/segments"
}

# remove_leftovers FOLDER: removes the folder and the segments of its job. The segments are known by name. With Open MPI 4,
# they are also known by the job number in their names, if no rank lived longer than its mpirun.
remove_leftovers() {
  local contact number segment count=0 segments=()
  if [[ -e $1/segments ]]; then mapfile -t segments <"$1/segments"; fi
  for contact in "$1"/ompi.*/pid.*/contact.txt; do
    if [[ ! -e $contact ]] || ! IFS='.' read -r number _ <"$contact" || [[ ! $number =~ ^[0-9]+$ ]]; then continue; fi
    number=$(printf '%x' $((number + 1))) # in this family, 0 is mpirun and 1 its ranks
    segments+=(/dev/shm/vader_segment.*."$number".* /dev/shm/osc_sm.*."$number".*)
  done
  for segment in "${segments[@]}"; do
    if [[ -f $segment && -O $segment ]] && rm -f "$segment"; then count=$((count + 1)); fi
  done
  rm -rf "$1"
  if ((count > 0)); then say "removed $count shared-memory segments of killed ranks from /dev/shm"; fi
}

# Signals. At the first signal, a background process asks the ranks to stop, repeatedly, until the job has ended. The
# repetition is necessary: before mpirun is initialized, SIGUSR1 kills it, and before the ranks exist, mpirun loses it.
job=
watcher=
messenger=
ender=
stopping=no
requested_at=0 # time of the first SIGINT or SIGTERM, in microseconds
stop() {
  say "SIG$1: asking the ranks to save and stop"
  stopping=yes
  if [[ -n $job && -z $messenger ]]; then send_messenger; fi
}
send_messenger() {
  ask_to_stop &
  messenger=$!
  disown "$messenger"
}
ask_to_stop() {
  trap '' INT TERM HUP USR1
  local caught
  while caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$job/status" 2>/dev/null) && [[ -n $caught ]]; do
    if ((0x$caught & 1 << ($(kill -l USR1) - 1))); then kill -USR1 "$job" 2>/dev/null || return 0; fi
    sleep 1
  done
}
# interrupt NAME: on the first SIGINT or SIGTERM, asks for a stop. On the second one, ends the job. Some senders, such as
# timeout, send a signal twice at once. This counts as one.
interrupt() {
  local now=${EPOCHREALTIME/[.,]/}
  if ((requested_at == 0)) || [[ -z $job ]]; then
    requested_at=$now
    stop "$1"
  elif ((now - requested_at > 200000)) && [[ -z $ender ]]; then
    say "second SIG$1: ending the job without saving"
    (trap '' INT TERM HUP USR1 && end_job "ended by a second signal") &
    ender=$!
    disown "$ender"
  fi
}
trap 'interrupt TERM' TERM
trap 'interrupt INT' INT
trap 'stop HUP' HUP
trap 'stop USR1' USR1
