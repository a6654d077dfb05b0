# The hosts that the user named, and which of them respond.
# shellcheck shell=bash

# Open MPI 5 also reads the names that its variables and options have in Open MPI 4, and has new ones (PRTE_MCA_...).

# default_hostfile: prints the hostfile that the environment names, as the MPI operator of Kubernetes does.
default_hostfile() {
  echo "${OMPI_MCA_orte_default_hostfile:-${PRTE_MCA_prte_default_hostfile:-}}"
}

# check_hostfile OPTION FILE: fails unless the file lists hosts.
check_hostfile() {
  local form="write one line per host: NAME slots=N" wrong
  [[ -f $2 && -r $2 ]] || fail "$1 $2: $(unreadable "$2"); $form"
  wrong=$(sed 's/#.*//; s/[[:space:]]*=[[:space:]]*/=/g' "$2" | awk '
    function wrong(what) {if (!stopped) print "line " NR ": " what; stopped = 1; exit}
    /\r$/ {wrong("ends with a carriage return, as files of Windows do; remove them: sed -i \047s/\\r$//\047 FILE")}
    NF && $1 ~ /=/ {wrong("expected the name of a host, found \"" $1 "\"")}
    NF && $1 ~ /^[^:]+:[^:]*$/ {split($1, part, ":"); wrong("found \"" $1 "\", expected \"" part[1] " slots=" (part[2] ? part[2] : "N") "\"")}
    {for (i = 2; i <= NF; i++) {
      if ($i !~ /=/) wrong("expected a host, found \"" substr($0, 1, 40) "\"")
      if ($i ~ /slots=/ && $i !~ /=[0-9]+$/) wrong("found \"" $i "\", expected a whole number")
    }}
    NF {hosts++}
    END {if (!hosts && !stopped) print "names no hosts"}' | head -n 1)
  [[ -z $wrong ]] || fail "$1 $2: $wrong; $form"
}

# check_host_list OPTION LIST: fails unless the list is NAME[:N],NAME[:N]...
check_host_list() {
  local entry
  for entry in ${2//,/ }; do
    [[ ! $entry =~ ^[^:]*:[^:]*$ || $entry =~ ^[^:]+:([1-9][0-9]*|auto|\*)$ ]] ||
      fail "$1 $2: expected NAME or NAME:N, with N ranks, for example node1:4,node2:4; found $entry"
  done
}

# unreadable PATH: prints why PATH cannot be read as a hostfile.
unreadable() {
  if [[ ! -e $1 ]]; then echo "no such hostfile"; elif [[ ! -f $1 ]]; then echo "not a file"; else echo "not readable"; fi
}

# note_hosts: fills `hosts` with one line "NAME SLOTS" per host. Reads the host options or, without them, the default
# hostfile. SLOTS is 0 if a hostfile does not give them: then mpirun
# counts the cores of the host. Hosts of a scheduler are not read.
note_hosts() {
  local name entry file=''
  if ((${#host_options[@]} > 2)); then return 0; fi # only mpirun knows how several of these options combine
  case ${host_options[0]:-} in
    '') file=$(default_hostfile) ;;
    *file) file=${host_options[1]} ;;
    *)
      for entry in ${host_options[1]//,/ }; do # a:4,b:4 or a,b
        [[ $entry =~ ^(.*):([0-9]+)$ ]] || [[ $entry:1 =~ ^(.*):([0-9]+)$ ]]
        hosts+=("${BASH_REMATCH[1]} ${BASH_REMATCH[2]}")
      done
      ;;
  esac
  if [[ ! -r $file ]]; then return 0; fi
  while read -r name entry; do
    if [[ -z $name || $name == \#* ]]; then continue; fi
    [[ $entry =~ (^|[[:space:]])slots=([0-9]+) ]] && entry=${BASH_REMATCH[2]} || entry=0
    hosts+=("$name $entry")
  done < <(sed 's/ *= */=/g' "$file")
}

# note_allocation: fills `allocation` with one line "NAME SLOTS" per host that the ranks may use: `hosts` or, without host
# options, the hosts of the scheduler. It stays empty if they are not known.
note_allocation() {
  allocation=("${hosts[@]}")
  if ((${#hosts[@]} > 0 || ${#host_options[@]} > 0)); then return 0; fi
  if [[ -n ${SLURM_JOB_ID:-} ]]; then
    mapfile -t allocation < <(slurm_hosts)
  elif [[ -r ${PBS_NODEFILE:-} ]]; then
    mapfile -t allocation < <(count_lines <"$PBS_NODEFILE")
  elif [[ -r ${LSB_DJOB_HOSTFILE:-} ]]; then
    mapfile -t allocation < <(count_lines <"$LSB_DJOB_HOSTFILE")
  elif [[ -n ${LSB_HOSTS:-} ]]; then
    mapfile -t allocation < <(tr -s ' ' '\n' <<<"$LSB_HOSTS" | count_lines)
  elif [[ -r ${PE_HOSTFILE:-} ]]; then
    mapfile -t allocation < <(awk 'NF > 1 {print $1, $2}' "$PE_HOSTFILE")
  fi
}

# count_lines: prints each distinct line of standard input with the number of times that it occurs.
count_lines() {
  awk 'NF {if (!count[$1]++) names[++n] = $1} END {for (i = 1; i <= n; i++) print names[i], count[names[i]]}'
}

# slurm_hosts: prints the hosts of a Slurm job with the number of tasks on each, which are the slots that mpirun uses. Prints
# nothing if the environment does not contain them.
slurm_hosts() {
  local list=${SLURM_JOB_NODELIST:-${SLURM_NODELIST:-}} names item tasks=() i
  names=$(scontrol show hostnames "$list" 2>/dev/null) || names=${list//,/$'\n'}
  if [[ $names == *\[* ]]; then return 0; fi
  for item in $(tr , " " <<<"${SLURM_TASKS_PER_NODE:-}"); do # 4(x2),3
    if [[ ! $item =~ ^([0-9]+)(\(x([0-9]+)\))?$ ]]; then return 0; fi
    for ((i = 0; i < ${BASH_REMATCH[3]:-1}; i++)); do tasks+=("${BASH_REMATCH[1]}"); done
  done
  if ((${#tasks[@]} == 0 || ${#tasks[@]} != $(grep -c . <<<"$names"))); then return 0; fi
  paste -d ' ' - <(printf '%s\n' "${tasks[@]}") <<<"$names"
}

# slots_elsewhere: prints the number of slots of the allocation, or nothing if it is not known.
slots_elsewhere() {
  local entry slots=0
  for entry in "${allocation[@]}"; do
    if ((${entry#* } == 0)); then return 0; fi
    slots=$((slots + ${entry#* }))
  done
  if ((slots == 0 && ${#host_options[@]} == 0)); then slots=${SLURM_NTASKS:-0}; fi
  if ((slots > 0)); then echo "$slots"; fi
}

# no_slots: describes why slots_elsewhere prints nothing, and the remedy.
no_slots() {
  local entry
  for entry in "${allocation[@]}"; do
    if ((${entry#* } == 0)); then
      echo "the hostfile gives no slots for ${entry% *}; write: ${entry% *} slots=N"
      return 0
    fi
  done
  echo "the number of slots of this job is not known; give the number of ranks: -n N"
}

# uses_whole_hosts: succeeds if elman-run knows that the job has all cores of its hosts for itself: it uses every slot, this
# host is one of its hosts, and every host has as many slots as this one has cores. Hosts are taken to be of one kind. A Slurm
# job must also have all processors of its hosts.
uses_whole_hosts() {
  local entry here=no
  count_cores
  if [[ $whole_machine == no || (-n ${SLURM_JOB_ID:-} && ${SLURM_CPUS_ON_NODE:-} != "$(nproc --all)") ]]; then return 1; fi
  if [[ -n $ranks && $ranks != "$(slots_elsewhere)" ]]; then return 1; fi
  for entry in "${allocation[@]}"; do
    if ((${entry#* } != cores)); then return 1; fi
    if is_here "${entry% *}"; then here=yes; fi
  done
  [[ $here == yes ]]
}

# share_out RANKS: sets host_options so that RANKS, which is less than the number of slots, is distributed evenly over the
# hosts of the allocation.
share_out() {
  local left=$1 open=${#allocation[@]} level=0 i slots given=() list=''
  if ((open == 0)); then return 0; fi
  for i in "${!allocation[@]}"; do given[i]=0; done
  while ((left > 0 && open > 0)); do # one slot of every host that has one left, in turn
    open=0 level=$((level + 1))
    for i in "${!allocation[@]}"; do
      slots=${allocation[i]#* }
      if ((slots >= level && left > 0)); then given[i]=$level left=$((left - 1)) open=1; fi
    done
  done
  for i in "${!allocation[@]}"; do
    if ((given[i] > 0)); then list+=${list:+,}${allocation[i]% *}:${given[i]}; fi
  done
  host_options=(--host "$list")
}

# is_here HOST: succeeds if this is a name of this host.
is_here() {
  local me
  me=$(uname -n)
  [[ $1 == localhost || $1 == 127.* || $1 == "$me" || $1 == "${me%%.*}" || ${1%%.*} == "$me" ]]
}

# answers HOST: succeeds if mpirun could start ranks on HOST. Uses the same way to reach it.
answers() {
  local agent=${OMPI_MCA_plm_rsh_agent:-${PRTE_MCA_plm_ssh_agent:-ssh}} i
  for ((i = 0; i + 2 < ${#options[@]}; i++)); do
    if [[ ${options[i]} == *mca && ${options[i + 1]} =~ ^plm_[rs]sh_agent$ ]]; then agent=${options[i + 2]}; fi
  done
  if is_here "$1"; then return 0; fi
  if [[ $agent == ssh ]]; then agent='ssh -o BatchMode=yes -o ConnectTimeout=5'; fi
  # shellcheck disable=SC2086 # words
  timeout 10 $agent ${OMPI_MCA_plm_rsh_args:-${PRTE_MCA_plm_ssh_args:-}} "$1" true </dev/null >/dev/null 2>&1
}

# choose_hosts: before a restart, sets host_options and rank_options to the hosts that respond, with at most as many ranks
# as they have slots. Waits some time for a host that does not respond, since it may be restarting.
choose_hosts() {
  local deadline=$((SECONDS + host_patience)) entry asked left all gone lines slots weight
  if ((${#hosts[@]} == 0)); then return 0; fi
  while :; do
    left=0 all=0 gone='' lines='' asked=()
    for entry in "${hosts[@]}"; do # in parallel: each one may need ten seconds to time out
      answers "${entry% *}" &
      asked+=($!)
    done
    for entry in "${hosts[@]}"; do
      slots=${entry#* }
      weight=$((slots > 0 ? slots : 1)) all=$((all + weight))
      if wait "${asked[0]}"; then
        left=$((left + weight)) lines+=${entry% *}
        if ((slots > 0)); then lines+=" slots=$slots"; fi
        lines+=$'\n'
      else
        gone+=" ${entry% *}"
      fi
      asked=("${asked[@]:1}")
    done
    if [[ -z $gone || $stopping == yes ]] || ((SECONDS >= deadline)); then break; fi
    say "no answer from$gone: waiting up to $((deadline - SECONDS)) s"
    wait_interruptibly $((deadline - SECONDS < 5 ? deadline - SECONDS : 5))
  done
  host_options=("${all_host_options[@]}")
  rank_options=("${all_rank_options[@]}")
  if [[ -z $gone ]] || ((left == 0)); then return 0; fi
  say "no answer from$gone: continuing without"
  printf '%s' "$lines" >"$state/hosts"
  host_options=(--hostfile "$state/hosts")
  if [[ -n $ranks ]] && ((ranks > left)); then
    rank_options=(-n $((ranks > all ? (ranks * left + all - 1) / all : left)))
  fi
}
