# Supervises a training run over all its starts: why a start ended, and whether and when it is restarted.
# shellcheck shell=bash

# say TEXT: writes a log line to standard error and, as soon as the run directory exists, to its elman-run.log.
say() {
  local line
  printf -v line '%(%F %T %z)T: %s' -1 "$1"
  printf 'elman-run: %s\n' "$line" >&"$own_stderr"
  record "$1"
}

# record TEXT: writes a line to elman-run.log only.
record() {
  # return 0, because in a trap a bare return returns the status of the interrupted command.
  if [[ -z $run ]]; then return 0; fi
  printf '%(%F %T %z)T: %s\n' -1 "$1" >>"$state/log"
  write_log
}

# write_log: writes the recorded lines when the run directory exists. The watcher also calls it: the process that claims the
# file writes it.
write_log() {
  local mine=$state/log.$BASHPID
  if [[ -e $state/log && -d $run && ! -L $run/elman-run.log ]] && mv "$state/log" "$mine" 2>/dev/null; then
    { cat "$mine" >>"$run/elman-run.log" || cat "$mine" >>"$state/log"; } 2>/dev/null || true
    rm -f "$mine"
  fi
}
exec {own_stderr}>&2 # a trap can still print where standard error itself is redirected

# run_of ARGUMENT...: sets the run directory that the arguments of elman-train name.
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

# newest: prints the name of the newest checkpoint, or nothing if there is none. Names are ordered by step.
newest() {
  local name=
  if [[ -n $run && -f $run/checkpoints/latest ]]; then read -r name 2>/dev/null <"$run/checkpoints/latest" || true; fi
  echo "$name"
}

# going_on ARGUMENT...: sets `arguments` for a restart. --resume=FILE or --resume=never applies to the first start only:
# after the first checkpoint, the run resumes from its own checkpoints.
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

# signs_of_life: prints a text that changes whenever the run makes progress.
signs_of_life() {
  if [[ -z $run ]]; then return 0; fi
  stat -c '%n %s %y' "$run/heartbeat" "$run/metrics.jsonl" "$run/checkpoints/latest" "$run/lock" 2>/dev/null || true
}

# pause SECONDS: waits without a child process, which a killed watcher would leave running. Nothing ever arrives on this
# file descriptor.
pause() {
  read -r -t "$1" -u "$never" || true
}

# heartbeat: prints a text that changes with every heartbeat of the program.
heartbeat() {
  if [[ -n $run ]]; then stat -c '%s %y' "$run/heartbeat" 2>/dev/null || true; fi
}

# watch_job: runs next to a job, and ends it
# - when its ranks have ended or reported why they end, but mpirun does not end, for example because it waits for a host that
#   it has lost;
# - when mpirun has not started any rank for a long time;
# - when the run has shown no sign of life for too long. If the program has started its heartbeat, it is considered dead after
#   ten minutes without one. Metrics and checkpoints alone are too rare for such a limit, and a start that reads much data may
#   take longer.
watch_job() {
  trap '' INT TERM HUP USR1
  local now at_start seen quiet_since=$SECONDS over over_since='' had_rank=no limit heartbeat_before
  at_start=$(signs_of_life) heartbeat_before=$(heartbeat)
  seen=$at_start
  while pause 1; do
    if [[ ! -e /proc/$$ || ! -e /proc/$job ]]; then return 0; fi # elman-run was killed, or the job has ended
    write_log
    now=$(signs_of_life)
    if [[ $now != "$seen" ]]; then seen=$now quiet_since=$SECONDS over_since=; fi
    over=no
    if has_rank; then
      had_rank=yes
    elif [[ -n $run ]]; then # ranks of other programs may end at different times
      over=$had_rank
    fi
    if fact error >/dev/null ||
      { [[ $seen == "$at_start" && (-n $run || $had_rank == no) ]] && fact start >/dev/null; }; then over=yes; fi
    if [[ $over == no ]]; then
      over_since=
    elif [[ -z $over_since ]]; then
      over_since=$SECONDS
    elif ((SECONDS - over_since >= end_patience)); then
      say "the ranks have ended, but mpirun has not: ending mpirun"
      end_job "mpirun did not end after its ranks"
      return 0
    fi
    limit=$hang_timeout
    if [[ -z $limit && ($had_rank == no && $seen == "$at_start" || $(heartbeat) != "$heartbeat_before") ]]; then limit=600; fi
    if ((${limit:-0} > 0 && SECONDS - quiet_since >= limit)); then break; fi
  done
  if [[ $had_rank == no && $seen == "$at_start" ]]; then
    echo "start mpirun has not started a rank for $limit seconds; check that all hosts respond (ssh HOST true), and the limits (ulimit -a)" >>"$facts"
    say "no rank has started for $limit seconds: ending the job"
  else
    echo "hung no progress for $limit seconds" >>"$facts"
    say "no progress for $limit seconds: ending the job"
  fi
  end_job "no progress for $limit seconds"
}
end_patience=15 # seconds that mpirun may take after the end of its ranks

# about_latest ERROR: succeeds if the error is about the mark `latest` of this run or the checkpoint that it names.
about_latest() {
  local path
  if [[ -z $run ]]; then return 1; fi
  path=$(readlink -m -- "${1%%: *}")
  [[ $path == "$run/checkpoints/latest" || $path == "$run/checkpoints/$(newest)" ]]
}

# mend: after such an error, runs elman-inspect to set `latest` to the newest valid checkpoint. Sets `fate` to lost if there
# is one, so that the run is restarted, otherwise to final.
mend() {
  local report
  fate=final
  if ((max_restarts == 0)); then return 0; fi
  if report=$("$(dirname "$(command -v "$program")")/elman-inspect" "$run" --repair 2>/dev/null) &&
    report=$(sed -n 's/^done  *//p' <<<"$report" | grep '/checkpoints/latest: '); then
    record "$why"
    why="repaired $report"
    fate=lost
  fi
}

# find_fate: determines why the job ended with this `status`. Sets `fate` to done, stopped, damaged (the checkpoint to resume
# from is damaged), final (a restart would not help) or lost, and `why` to a description.
find_fate() {
  local error ended
  error=$(fact error) || true
  # The mpirun of Open MPI 5 often ends with status 0 when it loses a host.
  if ((status == 0)) && fact abandoned >/dev/null && ! fact finished >/dev/null && ! fact stopped >/dev/null; then status=1; fi
  # If elman-run ended the job, the status of mpirun only says how it was ended.
  if [[ $stopping == no ]] && fact ended >/dev/null; then status=1; fi
  if ((status == 0)) && why=$(fact finished); then
    fate='done'
  elif why=$(fact hung); then
    fate=lost # even if it stopped normally after it was continued in order to end it
    status=1
  elif ((status == 0)); then
    fate='done'
    if why=$(fact stopped); then fate=stopped; else why="exit status 0"; fi
  elif [[ -n $error ]] && ! { ((restarts > 0)) && [[ $error == *'another run writes there'* ]]; } &&
    ! [[ $error =~ $lost_rank ]]; then
    why="exit status $status: $error"
    fate=final # the error that the job itself reported
    if about_latest "$error"; then fate=damaged; fi
  elif ((status == 2)); then
    why="exit status 2: the command line or configuration is wrong"
    fate=final
  else
    why=$(fact killed) || why=${error:-exit status $status}
    if [[ $why == exit* ]] && { ended=$(fact ended) || ((status > 128 && status < 160)); }; then
      why=${ended:-a rank was killed by signal $((status - 128)) ($(kill -l "$status"))}
    fi
    fate=lost
    # Nothing shows that a rank ran: mpirun itself failed (too few slots, an unknown option, a host that cannot be reached). With
    # Open MPI 5, the status may be one such as 213, and such a host is a lost one. This is final at the first start, or when it
    # happens twice.
    if [[ $(signs_of_life) == "$signs_at_start" ]] && { fact start ||
      { ! fact killed && ! fact ended && ((status <= 128 || status == 134 || status >= 160)); }; } >/dev/null; then
      failed_starts=$((failed_starts + 1))
      if ((restarts == 0 || failed_starts > 1)); then why=$unstarted fate=final; fi
    else
      failed_starts=0
    fi
  fi
  if [[ $stopping == yes && $fate == lost ]]; then fate=stopped; fi
}
failed_starts=0 # in a row
unstarted="mpirun could not start the ranks"
lost_rank='^the job hangs|rank.* (lost|gone|died|does not answer)|(lost|lose) .*rank'
