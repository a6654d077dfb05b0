# Functions for quickstart and ladder. A script that sources this file must define the function `fail MESSAGE`, which exits.
# shellcheck shell=bash

# In a locale with a decimal comma, printf and awk read 36.3 as 36, or reject it.
export LC_ALL=C

# take_king_james FILE: writes the whole Bible, one verse per line, without verse numbers ("Ge1:1 ").
take_king_james() {
  command -v bible >/dev/null || fail "no program bible in PATH; install the Debian package bible-kjv: launch/install_dependencies"
  bible -f 'gen1:1-rev22:21' </dev/null | sed -E 's/^[^ ]+ //' >"$1"
  local verses words
  verses=$(wc -l <"$1")
  words=$(wc -w <"$1")
  [[ $verses == 31102 && $words == 789634 ]] ||
    fail "$(command -v bible) printed $verses verses and $words words, expected 31102 and 789634; put the program of the Debian package bible-kjv first in PATH"
}

# split_text FILE FOLDER: splits FILE into train.txt, valid.txt and test.txt, in blocks of 100 lines. Of every 20 blocks,
# the tenth is for validation and the last for testing.
split_text() {
  awk -v folder="$2" '{
    block = int((NR - 1) / 100) % 20
    print > (folder "/" (block == 9 ? "valid" : block == 19 ? "test" : "train") ".txt")
  }' "$1"
}

# json_number NAME: prints the first number with this name in the JSON line on standard input.
json_number() {
  grep -o "\"$1\": *[-+.0-9eE]*" | sed 's/.*: *//; q'
}
