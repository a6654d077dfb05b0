# Determines how many ranks this host has room for.
# shellcheck shell=bash

# cpu_quota [ROOT]: prints how many processors the control groups (cgroups, version 1 or 2) allow this job to use at a time,
# in hundredths of a processor. This is the smallest limit of its group and the groups around it. Prints nothing if there is
# no limit. Same rule as ProcessorQuota of trainer/comm/processors.h.
cpu_quota() {
  local groups=${1:-}/sys/fs/cgroup controllers path mount folder quota period least=
  while IFS=: read -r _ controllers path; do
    case ,$controllers, in
      ,,) mount=("$groups") ;;
      *,cpu,*) mount=("$groups/cpu" "$groups/$controllers") ;;
      *) continue ;;
    esac
    # In a container, the path may be a path of the host, of which only the top folder exists.
    if [[ $path == *..* || $path == / ]]; then path=; fi
    while :; do
      for folder in "${mount[@]}"; do
        folder+=$path quota=
        if [[ -r $folder/cpu.max ]]; then
          read -r quota period <"$folder/cpu.max"
        elif [[ -r $folder/cpu.cfs_quota_us && -r $folder/cpu.cfs_period_us ]]; then
          read -r quota <"$folder/cpu.cfs_quota_us"
          read -r period <"$folder/cpu.cfs_period_us"
        fi
        if [[ $quota =~ ^[1-9][0-9]*$ && $period =~ ^[1-9][0-9]*$ ]]; then
          quota=$((100 * quota / period))
          if [[ -z $least ]] || ((quota < least)); then least=$quota; fi
        fi
      done
      if [[ -z $path ]]; then break; fi
      path=${path%/*}
    done
  done < <(cat "${1:-}/proc/self/cgroup" 2>/dev/null)
  echo "$least"
}

# Sets `cores` to the number of physical cores that this job may use. Hardware threads of the same core count once, and the
# quota of a container counts. Sets `whole_machine` to whether these are all cores of the machine.
count_cores() {
  local allowed quota
  allowed=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc) # nproc would use these variables
  cores=$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l) || cores=0
  whole_machine=$([[ $allowed == "$(nproc --all)" ]] && echo yes || echo no)
  if ((cores == 0 || cores > allowed)); then cores=$allowed; fi
  quota=$(cpu_quota)
  if [[ -n $quota ]] && ((quota < 100 * cores)); then
    cores=$((quota < 100 ? 1 : quota / 100)) whole_machine=no
  fi
}
