// Texts as words of a shell's command line.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// `text` as a word that a shell reads as it is: in quotes where it has to be.
std::string ShellWord(std::string_view text);

}  // namespace elman
