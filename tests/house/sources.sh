# Functions for the checks of this folder: which files belong to the source tree, and how a violation is reported. A check
# receives the folder to check, so that self_test can apply it to a folder with a violation.
# shellcheck shell=bash
set -euo pipefail

house=${1:?the folder to check}
cd "$house"

# Prints every file that is under version control or not ignored, one per line; outside of git, every file.
all_files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && [[ -z $(git rev-parse --show-prefix) ]]; then
    git ls-files --cached --others --exclude-standard
  else
    find . -type f -not -path './build*' -not -path './run/*' | sed 's|^\./||'
  fi | sort | while IFS= read -r file; do
    if [[ -f $file ]]; then echo "$file"; fi # skips files that are listed but deleted
  done
}

# Prints the C++ files among them; with arguments, only those in these folders.
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
report_result() {
  if ((breaches > 0)); then
    echo "$breaches breaches" >&2
    exit 1
  fi
  echo "no breach"
}
