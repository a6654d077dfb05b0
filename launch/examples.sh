# What quickstart and ladder share. Whoever sources this has a function `fail MESSAGE`, which exits.
# shellcheck shell=bash

# Where a comma divides decimals, printf and awk take 36.3 for 36, or refuse it.
export LC_ALL=C

# take_king_james FILE: the whole Bible, a verse a line, without its references ("Ge1:1 ").
take_king_james() {
  command -v bible >/dev/null || fail "no program called bible here; it comes with Debian's package bible-kjv"
  bible -f 'gen1:1-rev22:21' </dev/null | sed -E 's/^[^ ]+ //' >"$1"
  local verses words
  verses=$(wc -l <"$1")
  words=$(wc -w <"$1")
  [[ $verses == 31102 && $words == 789634 ]] ||
    fail "bible printed $verses verses and $words words, not 31102 and 789634; is another bible first in PATH?"
}

# split_text FILE FOLDER: into train.txt, valid.txt and test.txt. Blocks of a hundred lines; of every twenty, the tenth
# is for validation, the last for testing.
split_text() {
  awk -v folder="$2" '{
    block = int((NR - 1) / 100) % 20
    print > (folder "/" (block == 9 ? "valid" : block == 19 ? "test" : "train") ".txt")
  }' "$1"
}

# json_number NAME: the first number of that name in the JSON line on standard input.
json_number() {
  grep -o "\"$1\": *[-+.0-9eE]*" | sed 's/.*: *//; q'
}
