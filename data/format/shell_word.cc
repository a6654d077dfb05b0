#include "data/format/shell_word.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace elman {

std::string ShellWord(std::string_view text) {
  constexpr std::string_view kPlain = "-_./=,+:@%";
  const auto plain = [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || kPlain.find(c) != kPlain.npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(std::string(text), {{"'", "'\\''"}}), "'");
}

std::string CommandOn(std::string_view command, std::string_view path) {
  if (path == "-" || path == kStandardInput) return std::string(command);
  const std::string text = absl::StrCat(std::string(path), ".txt");
  return absl::StrReplaceAll(std::string(command),
                             {{"FILE", ShellWord(path)}, {"TEXT", ShellWord(text)}});
}

}  // namespace elman
