# The hosts that the user named, and which of them respond.
# shellcheck shell=bash

# Open MPI 5 also reads the names that its variables and options have in Open MPI 4, and has new ones (PRTE_MCA_...).

# default_hostfile: prints the hostfile that the environment names, as the MPI operator of Kubernetes does.
default_hostfile() {
  echo "${OMPI_MCA_orte_default_hostfile:-${PRTE_MCA_prte_default_hostfile:-}}"
}

# note_hosts: fills `hosts` with one line "NAME SLOTS" per host. Reads the host options or, without them, the default hostfile.
# Hosts of a scheduler are not read.
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
    [[ $entry =~ (^|[[:space:]])slots=([0-9]+) ]] && entry=${BASH_REMATCH[2]} || entry=1
    hosts+=("$name $entry")
  done < <(sed 's/ *= */=/g' "$file")
}

# slots_elsewhere: prints the number of slots of the hosts or of the scheduler, or nothing if it is not known.
slots_elsewhere() {
  local entry slots=0
  for entry in "${hosts[@]}"; do slots=$((slots + ${entry#* })); done
  if ((slots == 0 && ${#host_options[@]} == 0)); then
    slots=${SLURM_NTASKS:-0}
    if [[ -r ${PBS_NODEFILE:-} ]]; then slots=$(grep -c . "$PBS_NODEFILE"); fi
  fi
  if ((slots > 0)); then echo "$slots"; fi
}

# share_out RANKS: sets host_options so that RANKS, which is less than the number of slots, is distributed evenly over the
# hosts.
share_out() {
  local left=$1 open=${#hosts[@]} level=0 i slots given=() list=''
  if ((open == 0)); then return 0; fi
  for i in "${!hosts[@]}"; do given[i]=0; done
  while ((left > 0 && open > 0)); do # one slot of every host that has one left, in turn
    open=0 level=$((level + 1))
    for i in "${!hosts[@]}"; do
      slots=${hosts[i]#* }
      if ((slots >= level && left > 0)); then given[i]=$level left=$((left - 1)) open=1; fi
    done
  done
  for i in "${!hosts[@]}"; do
    if ((given[i] > 0)); then list+=${list:+,}${hosts[i]% *}:${given[i]}; fi
  done
  host_options=(--host "$list")
}

# answers HOST: succeeds if mpirun could start ranks on HOST. Uses the same way to reach it.
answers() {
  local agent=${OMPI_MCA_plm_rsh_agent:-${PRTE_MCA_plm_ssh_agent:-ssh}} i
  for ((i = 0; i + 2 < ${#options[@]}; i++)); do
    if [[ ${options[i]} == *mca && ${options[i + 1]} =~ ^plm_[rs]sh_agent$ ]]; then agent=${options[i + 2]}; fi
  done
  if [[ $1 == localhost || $1 == 127.* || $1 == "$(uname -n)" ]]; then return 0; fi
  if [[ $agent == ssh ]]; then agent='ssh -o BatchMode=yes -o ConnectTimeout=5'; fi
  # shellcheck disable=SC2086 # words
  timeout 10 $agent ${OMPI_MCA_plm_rsh_args:-${PRTE_MCA_plm_ssh_args:-}} "$1" true </dev/null >/dev/null 2>&1
}

# choose_hosts: before a restart, sets host_options and rank_options to the hosts that respond, with at most as many ranks
# as they have slots. Waits some time for a host that does not respond, since it may be restarting.
choose_hosts() {
  local deadline=$((SECONDS + host_patience)) entry asked left all gone lines slots
  if ((${#hosts[@]} == 0)); then return 0; fi
  while :; do
    left=0 all=0 gone='' lines='' asked=()
    for entry in "${hosts[@]}"; do # in parallel: each one may need ten seconds to time out
      answers "${entry% *}" &
      asked+=($!)
    done
    for entry in "${hosts[@]}"; do
      slots=${entry#* } all=$((all + ${entry#* }))
      if wait "${asked[0]}"; then
        left=$((left + slots)) lines+="${entry% *} slots=$slots"$'\n'
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
