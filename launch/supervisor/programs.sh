# Finds the program to start, and explains why it cannot be started.
# shellcheck shell=bash

# no_program: describes why `program` cannot be started, and the remedy.
no_program() {
  local folder=$root/build/bin name known nearest=
  if [[ ! -d $folder ]]; then folder=$(dirname "${BASH_SOURCE[0]}"); fi # installed
  if [[ -d $program ]]; then
    echo "$program is a folder, expected a program"
  elif [[ -f $program && -x $program ]]; then
    echo "$program is not in PATH; write ./$program"
  elif [[ -f $program ]]; then
    echo "$program is not an executable program; a script is started with its interpreter, for example: elman-run python3 $program"
  elif [[ $program == */* ]]; then
    echo "no such program: $program; check the path, or leave it out for a program of Elman: ${program##*/}"
  else
    for known in elman-{train,preprocess,evaluate,predict,inspect,baseline} "$folder"/elman-*; do
      name=${known##*/}
      if [[ $program == "${name#elman-}" || $(sorted_letters "$program") == "$(sorted_letters "$name")" ]] ||
        one_edit "$program" "$name"; then nearest=$name; fi
    done
    if [[ $nearest == "$program" ]]; then
      echo "no such program: $program; looked in $folder and PATH; build it: $root/launch/build $program"
    else
      echo "no such program: $program${nearest:+ (did you mean $nearest?)}; looked in $folder and PATH"
    fi
  fi
}

# sorted_letters WORD: prints its characters in order, so that transposed letters make no difference.
sorted_letters() {
  fold -w 1 <<<"$1" | sort | tr -d '\n'
}

# one_edit A B: succeeds if one character was left out, added or replaced.
one_edit() {
  local a=$1 b=$2
  if ((${#a} > ${#b})); then a=$2 b=$1; fi
  if ((${#b} - ${#a} > 1)); then return 1; fi
  while [[ -n $a && ${a:0:1} == "${b:0:1}" ]]; do a=${a:1} b=${b:1}; done
  [[ $a == "${b:1}" || ${a:1} == "${b:1}" ]]
}
