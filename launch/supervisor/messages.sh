# Reads the output of mpirun and the ranks. Passes it on without redundant messages of mpirun, and records facts for the
# supervisor.
# shellcheck shell=bash

# note_facts LINE: appends to $facts what the line shows about the end of the job. Samples are text of a corpus or of a model.
note_facts() {
  if [[ $1 == *'  sample: '* ]]; then return 0; fi
  # Open MPI 5 breaks the line before "signal".
  if [[ $1 =~ process\ rank\ [0-9]+\ .*\ exited\ on$ ]]; then
    first_half=$1
    return 0
  fi
  set -- "${first_half:+$first_half }$1"
  first_half=
  if [[ $1 =~ 'elman-train: error: '(.*) ]]; then
    echo "error ${BASH_REMATCH[1]}"
  elif [[ $1 =~ process\ rank\ ([0-9]+)\ .*on\ node\ ([^ ]+)\ exited\ on\ signal\ ([0-9]+) ]]; then
    echo "killed rank ${BASH_REMATCH[1]} on ${BASH_REMATCH[2]} was killed by signal ${BASH_REMATCH[3]} ($(kill -l "${BASH_REMATCH[3]}"))"
  elif [[ $1 =~ ^(ORTE|PRTE)\ has\ lost\ communication\ with\ a\ remote\ daemon ]]; then
    echo "killed mpirun lost contact with a host" && echo "abandoned a remote daemon"
  elif [[ $1 =~ [Ll]ost\ (contact|connection|communication)|daemon.*(failed|died|unexpectedly) ]]; then
    echo "killed mpirun lost contact with a host"
  elif [[ $1 =~ [Uu]n(known|recognized)\ option.?\ ?[\"\'\`]([^\"\']*) && $1 != elman-* ]]; then
    echo "start unknown option ${BASH_REMATCH[2]}; elman-run --help and mpirun --help list the options"
  elif [[ $1 =~ ^ssh:\ Could\ not\ resolve\ hostname\ ([^:]+) ]]; then
    echo "start ${BASH_REMATCH[1]}: no such host; correct the name in --host or in the hostfile"
    echo "unresolved ${BASH_REMATCH[1]}"
  elif [[ $1 =~ ^ssh:\ connect\ to\ host\ ([^ ]+)\ .*:\ (.*) ]]; then
    echo "start ${BASH_REMATCH[1]}: ssh cannot connect (${BASH_REMATCH[2]%$'\r'}); check that the host is up: ssh ${BASH_REMATCH[1]} true"
  elif [[ $1 =~ ^([^ ]+):\ Permission\ denied\ \( ]]; then
    echo "start ${BASH_REMATCH[1]}: ssh needs a login without a password; set it up: ssh-copy-id ${BASH_REMATCH[1]}"
  elif [[ $1 =~ ([^ ]*(orted|prted)):\ (No\ such\ file|command\ not\ found|not\ found) ]]; then
    echo "start a host has no ${BASH_REMATCH[1]}; install the same version of Open MPI on every host, in the same folder"
  elif [[ $1 == 'There are not enough slots available'* ]]; then
    echo "start not enough slots for this number of ranks; reduce -n, give the hosts more slots (--host NAME:N), or add --oversubscribe"
  elif [[ $1 =~ number\ of\ (pipes|network\ connections)|Too\ many\ open\ files ]]; then
    echo "start a process may open at most $(ulimit -n) files (ulimit -n), and this job requires more; raise the limit on every host: ulimit -n $(($(ulimit -n) * 4))"
  elif [[ $1 =~ ^\[([^]:]+):[0-9]+\].*session_dir\.c && -n $no_folder ]]; then
    echo "start ${BASH_REMATCH[1]}: cannot create a folder in TMPDIR=${no_folder%/elman-run.*}; set TMPDIR to a folder with write permission and free space on every host, for example: export TMPDIR=/tmp"
  elif [[ $1 =~ stopped\ at\ step\ [0-9]+ ]]; then
    echo "stopped ${BASH_REMATCH[0]}"
  elif [[ $1 =~ finished\ at\ step\ [0-9]+ ]]; then
    echo "finished ${BASH_REMATCH[0]}"
  fi >>"$facts"
}

# note_box TEXT: appends to $facts what a box of mpirun (several lines) shows.
note_box() {
  if [[ $1 =~ Executable:\ ([^$'\n']+)$'\n'Node:\ ([^$'\n']+) ]]; then
    echo "start ${BASH_REMATCH[2]}: no program ${BASH_REMATCH[1]} on this host; install the same programs at the same path on every host, or on a file system that all hosts can access"
  elif [[ $1 =~ unable\ to\ create\ the\ desired\ directory.*Directory:\ ([^$'\n']+) ]]; then
    no_folder=${BASH_REMATCH[1]} # the next line names the host
  fi >>"$facts"
}
no_folder=

# unresolved_hosts: prints the hosts that ssh cannot find, as they were given (ssh prints lower case, and mpirun may leave out the
# domain), separated by commas.
unresolved_hosts() {
  local found entry name names=''
  for found in $(sed -n 's/^unresolved //p' "$facts" | sort -u); do
    name=$found
    for entry in "${hosts[@]}"; do
      entry=${entry% *}
      if [[ ${entry,,} == "$found" || ${entry,,} == "$found".* ]]; then name=$entry; fi
    done
    names+=${names:+, }$name
  done
  echo "$names"
}

# fact KIND: prints the first recorded fact of this kind; fails if there is none.
fact() {
  sed -n "/^$1 /{s///p;q}" "$facts" 2>/dev/null | grep .
}

# Passes on everything except boxes of mpirun (between two lines of dashes) that contain no more than the exit status. A
# line without a line feed, such as a progress line, is passed on after a short time, unless it can still be the start of a
# box.
without_noise() {
  local rule='^-{60,}$' perhaps_mpirun='^(-*|mpirun.*|\[.*)$'
  local empty_boxes='job +terminated normally, but|processes exited with non-zero status|MPI_ABORT was invoked'
  empty_boxes+='|(mpirun|prterun) noticed that process rank' # elman-run reports this in its own line
  local empty_lines='^mpirun: Forwarding signal|help message help-mpi-api.txt / mpi-abort|orte_base_help_aggregate'
  local line='' held='' box='' passed_on='' status
  while status=0 && { IFS= read -r -t 0.2 line || status=$?; } && ((status == 0 || status > 128)); do
    line=$held$line held=
    if ((status > 128)); then # the read timed out, perhaps in the middle of a line
      if [[ -z $passed_on && (-n $box || $line =~ $perhaps_mpirun) ]]; then
        held=$line
      else
        printf '%s' "$line"
        passed_on+=$line
      fi
      continue
    fi
    note_facts "$passed_on$line"
    if [[ -n $passed_on ]]; then
      printf '%s\n' "$line"
    elif [[ $line =~ $rule && -z $box ]]; then
      box=$line$'\n'
    elif [[ $line =~ $rule ]]; then
      box+=$line$'\n'
      note_box "$box"
      [[ $box =~ $empty_boxes ]] || printf '%s' "$box"
      box=
    elif [[ -n $box && $line != elman-* ]]; then
      box+=$line$'\n'
    elif [[ ! $line =~ $empty_lines ]]; then
      printf '%s\n' "$line"
    fi
    passed_on=
  done
  printf '%s' "$box$held$line"
}
