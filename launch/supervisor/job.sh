# One start of mpirun: the job's processes, its signals, its end, and what it leaves behind.
# shellcheck shell=bash

# claim_state: makes the folder where this elman-run keeps what it must know of its job, and clears those of earlier
# starts of the same run on this host that were killed together with their jobs.
claim_state() {
  local folder base=${TMPDIR:-/tmp} me owner pid session tenths
  state=$(mktemp -d "$base/elman-run.XXXXXX" 2>/dev/null) ||
    fail "TMPDIR: cannot create a folder in $base; set it to one that exists on every host and may be written to"
  facts=$state/facts mpirun_files=$state/mpirun
  me="$run $(uname -n) $(readlink /proc/self/ns/pid)" # process numbers mean nothing in another container
  for folder in "$base"/elman-run.*/; do
    if [[ -z $run || ! -O $folder ]]; then continue; fi
    { read -r owner && read -r pid && read -r session; } 2>/dev/null < <(cat "$folder"{owner,session}) || continue
    if [[ $owner != "$me" || -e /proc/$pid ]]; then continue; fi
    # Its ranks end within three seconds of their mpirun.
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
    fail "TMPDIR: cannot write to $base: is it full, or the size of files limited (ulimit -f)?"
}

release_state() {
  rm -rf "${state:-}"
}

# start_job COMMAND...: starts mpirun as `job`, in a session of its own, so that a Ctrl-C at the terminal reaches only
# elman-run, and so that its processes on this host can be told from all others.
start_job() {
  local messages
  : >"$facts"
  rm -rf "$mpirun_files"
  mkdir "$mpirun_files"
  exec {messages}> >(trap '' INT TERM HUP USR1 && without_noise >&2)
  filter=$!
  # Should elman-run itself be killed, mpirun gets SIGTERM, so that no job runs on unwatched.
  TMPDIR=$mpirun_files "${die_with_me[@]}" setsid mpirun "$@" <&0 2>&"$messages" {messages}>&- {never}>&- {own_stderr}>&- &
  job=$!
  exec {messages}>&-
  echo "$job" >"$state/session"
  if [[ -n $run ]]; then
    watch_job &
    watcher=$!
    disown "$watcher" # or bash would tell the user that it was killed
  fi
  if [[ $stopping == yes ]]; then send_messenger; fi
}

# wait_for_job: sets `status` to mpirun's exit status, once it, its ranks on this host and its messages have ended.
wait_for_job() {
  local again helper left
  status=0
  while { wait "$job" && status=0 || status=$?; } 2>/dev/null && kill -0 "$job" 2>/dev/null; do :; done
  # A signal may have cut the last wait short just as mpirun ended; bash still knows the true status then.
  wait "$job" 2>/dev/null || { again=$? && ((again == 127)) || status=$again; }
  for helper in $messenger $watcher; do kill -KILL "$helper" 2>/dev/null || true; done
  # Ranks outlive a killed mpirun by up to three seconds, in which they hold the run directory.
  if ((status != 0)); then left=$(processes_of "$job"); fi
  if [[ -n ${left:-} ]]; then
    if ((status > 128)); then echo "killed mpirun was killed" >>"$facts"; fi
    note_segments "$left"
    end_processes
  fi
  wait "$filter" 2>/dev/null || true
  remove_leftovers "$mpirun_files"
  job=
  messenger=
  watcher=
}

# wait_interruptibly SECONDS: until then, or until a signal asks to stop.
wait_interruptibly() {
  local sleeper
  if [[ $stopping == yes ]]; then return 0; fi
  sleep "$1" &
  sleeper=$!
  wait "$sleeper" || kill "$sleeper" 2>/dev/null || true
}

# processes_of SESSION: its living processes on this host, one a line.
processes_of() {
  local file text
  for file in /proc/[0-9]*/stat; do
    text=
    { read -r -d '' text <"$file" || true; } 2>/dev/null
    text=${text##*) } # the name before may hold anything; from here: state, parent, group, session
    # shellcheck disable=SC2086 # words
    set -- "$1" $text
    if [[ ${5:-} == "$1" && $2 != [ZX] ]]; then
      file=${file#/proc/}
      echo "${file%/stat}"
    fi
  done
}

# end_processes: kills what is left of the job on this host and waits until it is gone. A process that hangs in the
# kernel, on a file system that does not answer, cannot be killed: it is named.
end_processes() {
  local tenths left
  for ((tenths = 0; tenths < 300; tenths++)); do
    left=$(processes_of "$job")
    if [[ -z $left ]]; then return 0; fi
    # shellcheck disable=SC2086 # words
    kill -KILL $left 2>/dev/null || true
    sleep 0.1
  done
  say "cannot be killed: process ${left//$'\n'/, }"
}

# Open MPI keeps its files of a job in a folder of ours and next to it, in /dev/shm, a segment a rank (windows lose their
# names as soon as all ranks have them). A killed mpirun removes none of it.

# note_segments PROCESSES: the segments that these map, all of one job.
note_segments() {
  local process
  for process in $1; do
    grep -hoE '/dev/shm/(vader_segment|sm_segment|osc_sm)\.[^ ]+$' "/proc/$process/maps" 2>/dev/null || true
  done | sort -u >"$mpirun_files/segments"
}

# remove_leftovers FOLDER: the folder, and the segments that are known to be of its job: by name, or, with Open MPI 4, by
# the job's number in their names, should no rank have outlived its mpirun.
remove_leftovers() {
  local contact number segment count=0 segments=()
  if [[ -e $1/segments ]]; then mapfile -t segments <"$1/segments"; fi
  for contact in "$1"/ompi.*/pid.*/contact.txt; do
    if [[ ! -e $contact ]] || ! IFS='.' read -r number _ <"$contact" || [[ ! $number =~ ^[0-9]+$ ]]; then continue; fi
    number=$(printf '%x' $((number + 1))) # mpirun's own is 0 of this family, its ranks' is 1
    segments+=(/dev/shm/vader_segment.*."$number".* /dev/shm/osc_sm.*."$number".*)
  done
  for segment in "${segments[@]}"; do
    if [[ -f $segment && -O $segment ]] && rm -f "$segment"; then count=$((count + 1)); fi
  done
  rm -rf "$1"
  if ((count > 0)); then say "removed $count shared-memory segments that killed ranks left in /dev/shm"; fi
}

# Signals. The first one to come has a messenger ask the ranks until the job has ended: mpirun dies of SIGUSR1 before it
# has set itself up, and loses it before the ranks are there.
job=
watcher=
messenger=
stopping=no
interrupts=0
stop() {
  if [[ $1 != USR1 ]]; then say "SIG$1: asking the ranks to save and stop"; fi
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
interrupt() {
  interrupts=$((interrupts + 1))
  if ((interrupts == 1)) || [[ -z $job ]]; then
    stop INT
  else
    say "SIGINT again: ending at once"
    kill -TERM "$job" 2>/dev/null || true
  fi
}
trap 'stop TERM' TERM
trap 'stop HUP' HUP
trap 'stop USR1' USR1
trap interrupt INT
