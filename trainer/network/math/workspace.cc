#include "trainer/network/math/workspace.h"

#include <algorithm>
#include <new>

namespace elman {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kFirstBlock = size_t{1} << 20;

}  // namespace

Workspace::~Workspace() {
  for (const Block& block : blocks_) ::operator delete (block.data, std::align_val_t{kAlignment});
}

size_t Workspace::capacity() const {
  size_t total = 0;
  for (const Block& block : blocks_) total += block.size;
  return total;
}

void Workspace::AddBlock(size_t size) {
  blocks_.push_back(
      {static_cast<std::byte*>(::operator new (size, std::align_val_t{kAlignment})), size});
  used_ = 0;
}

void Workspace::Reset() {
  if (blocks_.size() > 1) {
    // Allocates one block of the size that the last step needed, so that the next step of that size
    // needs no other.
    const size_t total = capacity();
    for (const Block& block : blocks_) ::operator delete (block.data, std::align_val_t{kAlignment});
    blocks_.clear();
    AddBlock(total);
  }
  used_ = 0;
}

std::byte* Workspace::Bytes(size_t size) {
  size = (size + kAlignment - 1) / kAlignment * kAlignment;
  if (blocks_.empty() || used_ + size > blocks_.back().size) {
    AddBlock(std::max({size, kFirstBlock, capacity()}));
  }
  std::byte* bytes = blocks_.back().data + used_;
  used_ += size;
  return bytes;
}

}  // namespace elman
