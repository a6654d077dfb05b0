# Makes hosts from namespaces, for a test that needs several hosts. Each host has its own network, host name and /dev/shm.
# They share files and see each other's processes. A test sources this file before support.sh. The test then restarts itself
# as on host elman-one, in namespaces of its own. All mounts and networks that it makes there are removed when it ends.
# Exits with 77 (skipped) where the machine does not allow this.
# shellcheck shell=bash
set -euo pipefail

skip() {
  echo "skipped: $1"
  exit 77
}

if [[ -z ${ELMAN_OUTER_MOUNTS:-} ]]; then
  for tool in unshare nsenter ip mpirun; do
    command -v "$tool" >/dev/null || skip "there is no $tool here"
  done
  [[ -d /dev/shm && ! -L /dev/shm ]] || skip "/dev/shm is not a folder of its own here"
  namespaces=(unshare --mount --propagation private --net --uts --pid --fork --kill-child --mount-proc)
  if ((EUID != 0)); then namespaces+=(--user --map-root-user); fi
  "${namespaces[@]}" bash -c 'mount -t tmpfs tmpfs /dev/shm && hostname elman-one && ip link add name elman0 type veth peer name elman1' \
    2>/dev/null || skip "this machine does not let us make namespaces with networks and mounts of their own"
  ELMAN_OUTER_MOUNTS=$(readlink /proc/self/ns/mnt)
  export ELMAN_OUTER_MOUNTS
  exec "${namespaces[@]}" "$0" "$@"
fi

# Must not run outside of our own namespaces.
[[ $(readlink /proc/self/ns/mnt) != "$ELMAN_OUTER_MOUNTS" ]] || skip "not in namespaces of our own"

# become_host NAME: sets up the current namespace.
become_host() {
  hostname "$1"
  mount -t tmpfs -o size=1g tmpfs /dev/shm
  ip link set lo up
}
become_host elman-one

# make_second_host: makes elman-two, with a network to it, and `agent`, a replacement for ssh.
make_second_host() {
  export -f become_host
  unshare --mount --propagation private --net --uts bash -c 'become_host elman-two && exec sleep 100000' &
  second=$!
  await "the second host" second_is_there
  ip link add name eth0 type veth peer name eth0 netns "$second"
  ip address add 10.77.0.1/24 dev eth0
  ip link set eth0 up
  on_second ip address add 10.77.0.2/24 dev eth0
  on_second ip link set eth0 up
  agent=$work/agent
  cat >"$agent" <<END
#!/usr/bin/env bash
if [[ \$1 != elman-two ]]; then exit 255; fi
shift
exec nsenter --target $second --mount --net --uts bash -c "\$*"
END
  chmod +x "$agent"
}
second_is_there() { [[ $(nsenter --target "$second" --uts hostname) == elman-two ]] && on_second findmnt /dev/shm >/dev/null; }
on_second() { nsenter --target "$second" --mount --net --uts "$@"; }

# limit_network: limits both directions to 1 Gbit/s and, where the kernel supports netem, adds 0.2 ms of delay.
limit_network() {
  local on
  for on in '' on_second; do
    $on tc qdisc add dev eth0 root handle 1: tbf rate 1gbit burst 256kb latency 50ms
    $on tc qdisc add dev eth0 parent 1:1 handle 10: netem delay 200us limit 10000 2>/dev/null ||
      echo "no delay: this kernel has no netem" >&2
  done
}

# on_both RANKS_EACH: sets `both` to the options of elman-run for both hosts. The hosts share cores, so ranks must yield to
# each other.
on_both() {
  both=(-n $((2 * $1)) --host "elman-one:$1,elman-two:$1" --mca plm_rsh_agent "$agent" --bind-to none
    --mca mpi_yield_when_idle 1)
}
