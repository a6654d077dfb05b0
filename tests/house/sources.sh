# Shared by the checks of this folder: which files belong to the house, and how a breach is reported.
# A check is called with the folder to judge, so that self_test can show it a house with a breach in it.
# shellcheck shell=bash
set -euo pipefail

house=${1:?the folder to judge}
cd "$house"

# Every file under version control or about to be, one a line; outside of git, every file.
all_files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && [[ -z $(git rev-parse --show-prefix) ]]; then
    git ls-files --cached --others --exclude-standard
  else
    find . -type f -not -path './build*' -not -path './run/*' | sed 's|^\./||'
  fi | sort | while IFS= read -r file; do
    if [[ -f $file ]]; then echo "$file"; fi # listed, but deleted
  done
}

# The C++ among them; with arguments, only in these folders.
cpp_files() {
  local folders
  folders=$(IFS='|' && echo "${*:-.*}")
  all_files | grep -E '\.(h|cc)$' | grep -E "^($folders)(/|\$)" || true
}

breaches=0
breach() {
  echo "breach: $1" >&2
  breaches=$((breaches + 1))
}

# The end of every check.
verdict() {
  if ((breaches > 0)); then
    echo "$breaches breaches" >&2
    exit 1
  fi
  echo "no breach"
}
