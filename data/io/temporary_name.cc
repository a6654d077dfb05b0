#include "data/io/temporary_name.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace elman {
namespace {

constexpr std::string_view kTemporaryInfix = ".tmp-";

}  // namespace

std::string TemporaryName(std::string_view path) {
  static std::atomic<uint64_t> next{0};
  return absl::StrCat(std::string(path), std::string(kTemporaryInfix), ::getpid(), "-",
                      next.fetch_add(1));
}

std::string_view NameBehindTemporary(std::string_view name) {
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  const size_t infix = name.rfind(kTemporaryInfix);
  if (infix == std::string_view::npos) return {};
  const std::string_view numbers = name.substr(infix + kTemporaryInfix.size());
  const size_t dash = numbers.find('-');
  const bool ours = dash != std::string_view::npos && is_number(numbers.substr(0, dash)) &&
                    is_number(numbers.substr(dash + 1));
  return ours ? name.substr(0, infix) : std::string_view();
}

}  // namespace elman
