// Commands that a program suggests at its end. They work in every folder: programs are in PATH or
// have absolute paths, and so do files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elman {

// The word for another program of Elman: its name if PATH finds the one next to this program,
// otherwise its absolute path. `name` may be elman-run.
std::string ProgramWord(std::string_view name);

// The absolute path of a file, as a word of a command.
std::string PathWord(const std::string& path);

// The words that start elman-train: with elman-run if several ranks are useful, this machine has
// several cores, and elman-run and mpirun are there; otherwise alone.
std::string TrainWords(bool several_ranks);

// "next: COMMAND", with one line per command. Empty if there are no commands.
std::string NextText(const std::vector<std::string>& commands);

}  // namespace elman
