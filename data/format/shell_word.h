// Quotes texts for command lines of a shell.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// `text` as one word of a shell command, in quotes if necessary.
std::string ShellWord(std::string_view text);

// What messages call the standard input of a program.
inline constexpr char kStandardInput[] = "the input";

// A command of a remedy, such as "unzip -p FILE > TEXT", for the file at `path`: FILE becomes the
// path, and TEXT the path with the ending ".txt" added, so that the command can be pasted into a
// shell. For standard input, "-" or kStandardInput, the placeholders remain.
std::string CommandOn(std::string_view command, std::string_view path);

}  // namespace elman
