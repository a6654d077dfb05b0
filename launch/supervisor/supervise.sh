# Watches a training run over all its starts: what its end means, whether and when it is started again.
# shellcheck shell=bash

# say TEXT: a line of the log, on standard error and, once there is a run directory, in its elman-run.log.
say() {
  local line
  printf -v line '%(%F %T)T: %s' -1 "$1"
  printf 'elman-run: %s\n' "$line" >&"$own_stderr"
  record "$1"
}

# record TEXT: a line of elman-run.log alone.
record() {
  # 0, for within a trap a bare return means the status of what it interrupted.
  if [[ -z $run ]]; then return 0; fi
  printf '%(%F %T)T: %s\n' -1 "$1" >>"$state/log"
  write_log
}

# write_log: what was recorded waits for the run directory. Also called by the watcher: whoever has the file writes it.
write_log() {
  local mine=$state/log.$BASHPID
  if [[ -e $state/log && -d $run && ! -L $run/elman-run.log ]] && mv "$state/log" "$mine" 2>/dev/null; then
    { cat "$mine" >>"$run/elman-run.log" || cat "$mine" >>"$state/log"; } 2>/dev/null || true
    rm -f "$mine"
  fi
}
exec {own_stderr}>&2 # where standard error itself is silenced, a trap can still speak

# run_of ARGUMENT...: the run directory that elman-train's arguments name.
run_of() {
  while (($# > 0)); do
    case $1 in
      --output=* | -output=*) run=${1#*=} ;;
      --output | -output) run=${2:-} ;;
    esac
    shift
  done
  if [[ -n $run ]]; then run=$(readlink -m -- "$run"); fi
}

# newest: the name of the newest checkpoint, empty if there is none. Names grow with their steps.
newest() {
  local name=
  if [[ -n $run && -f $run/checkpoints/latest ]]; then read -r name 2>/dev/null <"$run/checkpoints/latest" || true; fi
  echo "$name"
}

# going_on ARGUMENT...: sets `arguments` for another start. --resume=FILE or never was meant for the first one only:
# from the first checkpoint on, the run goes on where it stands.
going_on() {
  arguments=()
  while (($# > 0)); do
    case $1 in
      --resume=* | -resume=*) arguments+=(--resume=auto) ;;
      --resume | -resume)
        arguments+=(--resume=auto)
        shift
        ;;
      *) arguments+=("$1") ;;
    esac
    shift || break
  done
}

# signs_of_life: changes whenever the run gets on.
signs_of_life() {
  if [[ -z $run ]]; then return 0; fi
  stat -c '%n %s %y' "$run/heartbeat" "$run/metrics.jsonl" "$run/checkpoints/latest" "$run/lock" 2>/dev/null || true
}

# pause SECONDS, without a process that a killed watcher would leave behind: nothing ever arrives on this descriptor.
pause() {
  read -r -t "$1" -u "$never" || true
}

# heartbeat: changes whenever the program says that it lives.
heartbeat() {
  if [[ -n $run ]]; then stat -c '%s %y' "$run/heartbeat" 2>/dev/null || true; fi
}

# watch_job: beside a job. Ends it when the run has shown no sign of life for too long. A program whose heartbeat has begun
# is believed dead after ten minutes without one: metrics and checkpoints alone come too rarely for such a rule, and a start
# that reads much data may take longer.
watch_job() {
  trap '' INT TERM HUP USR1
  local now seen='' quiet_since=$SECONDS limit heartbeat_before
  heartbeat_before=$(heartbeat)
  while pause 1; do
    if [[ ! -e /proc/$$ || ! -e /proc/$job ]]; then return 0; fi # elman-run was killed, or the job has ended
    write_log
    now=$(signs_of_life)
    if [[ $now != "$seen" ]]; then seen=$now quiet_since=$SECONDS; fi
    limit=$hang_timeout
    if [[ -z $limit && $(heartbeat) != "$heartbeat_before" ]]; then limit=600; fi
    if ((${limit:-0} > 0 && SECONDS - quiet_since >= limit)); then break; fi
  done
  echo "hung no progress for $limit seconds" >>"$facts"
  say "no progress for $limit seconds: ending the job"
  kill -TERM "$job" 2>/dev/null || true
  pause 10
  end_processes
}

# about_latest ERROR: whether it is about the mark `latest` of this run or the checkpoint that it names.
about_latest() {
  local path
  if [[ -z $run ]]; then return 1; fi
  path=$(readlink -m -- "${1%%: *}")
  [[ $path == "$run/checkpoints/latest" || $path == "$run/checkpoints/$(newest)" ]]
}

# mend: after such an error, has elman-inspect turn `latest` back to the newest whole checkpoint. Sets `fate` to lost if
# there is one, so that the run is started again, else to final.
mend() {
  local report
  fate=final
  if ((max_restarts == 0)); then return 0; fi
  if report=$("$(dirname "$(command -v "$program")")/elman-inspect" "$run" --repair 2>/dev/null) &&
    report=$(sed -n 's/^done  *//p' <<<"$report" | grep '/checkpoints/latest: '); then
    record "$why"
    why="mended $report"
    fate=lost
  fi
}

# judge: what became of the job with this `status`. Sets `fate` to done, stopped, damaged (what it was to go on from),
# final (to start it again would not help) or lost, and `why` to what happened, in words.
judge() {
  local error
  error=$(fact error) || true
  if ((status == 0)) && why=$(fact finished); then
    fate='done'
  elif why=$(fact hung); then
    fate=lost # though it may have stopped in good order, once it was woken to be ended
  elif ((status == 0)); then
    fate='done'
    if why=$(fact stopped); then fate=stopped; else why="exit status 0"; fi
  elif [[ -n $error ]] && ! { ((restarts > 0)) && [[ $error == *'another run writes there'* ]]; } &&
    ! [[ $error =~ $lost_rank ]]; then
    why="exit status $status: $error"
    fate=final # the job's own verdict
    if about_latest "$error"; then fate=damaged; fi
  elif ((status == 2)); then
    why="exit status 2: the command line or configuration is wrong"
    fate=final
  else
    why=$(fact killed) || why=${error:-exit status $status}
    if [[ $why == exit* ]] && ((status > 128 && status < 160)); then
      why="a rank was killed by signal $((status - 128)) ($(kill -l "$status"))"
    fi
    fate=lost
    # mpirun itself failed before any rank began: too few slots, an option it does not know.
    if ((restarts == 0)) && [[ $(signs_of_life) == "$signs_at_start" ]] && ! fact killed >/dev/null &&
      ((status <= 128 || status == 134)); then
      why=$unstarted
      fate=final
    fi
  fi
  if [[ $stopping == yes && $fate == lost ]]; then fate=stopped; fi
}
unstarted="mpirun could not start the ranks"
lost_rank='^the job hangs|rank.* (lost|gone|died|does not answer)|(lost|lose) .*rank'
