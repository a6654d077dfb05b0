#include "trainer/comm/single_process.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace elman {

void SingleProcess::Exchange(std::span<const Piece> sends, std::span<const Piece> receives) {
  for (size_t i = 0; i < sends.size(); ++i) std::ranges::copy(sends[i].floats, receives[i].floats.begin());
}

void SingleProcess::Abort(std::string_view message, int status) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  std::_Exit(status);
}

}  // namespace elman
