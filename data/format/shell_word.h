// Quotes texts for command lines of a shell.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// `text` as one word of a shell command, in quotes if necessary.
std::string ShellWord(std::string_view text);

}  // namespace elman
