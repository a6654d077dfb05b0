#include "trainer/comm/single_process.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "trainer/comm/float_array.h"

namespace elman {
namespace {

class OwnFloats : public SharedFloats {
 public:
  explicit OwnFloats(int64_t count) : floats_(count) {}
  std::span<float> of(int) override { return floats_.span(); }
  void Fence() override {}

 private:
  FloatArray floats_;
};

}  // namespace

std::unique_ptr<SharedFloats> SingleProcess::Share(int64_t count) {
  return std::make_unique<OwnFloats>(count);
}

void SingleProcess::AllGather(std::span<const std::byte> mine, std::span<std::byte> all) {
  std::ranges::copy(mine, all.begin());
}

void SingleProcess::Exchange(std::span<const Piece> sends, std::span<const Piece> receives) {
  for (size_t i = 0; i < sends.size(); ++i)
    std::ranges::copy(sends[i].bytes, receives[i].bytes.begin());
}

void SingleProcess::Abort(std::string_view message, int status) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  std::_Exit(status);
}

}  // namespace elman
