#include "trainer/comm/communicator.h"

#include <utility>

namespace elman {

std::vector<uint64_t> Communicator::AllGatherSize(uint64_t mine) {
  std::vector<uint64_t> sizes(size());
  AllGather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(sizes)));
  return sizes;
}

std::vector<std::string> Communicator::AllGather(std::string_view mine) {
  std::vector<std::string> texts;
  for (const uint64_t bytes : AllGatherSize(mine.size())) texts.emplace_back(bytes, '\0');
  texts[rank()] = mine;
  for (int root = 0; root < size(); ++root) {
    if (!texts[root].empty()) Broadcast(std::as_writable_bytes(std::span(texts[root])), root);
  }
  return texts;
}

std::vector<std::string> Communicator::Gather(std::string mine) {
  const std::vector<uint64_t> sizes = AllGatherSize(mine.size());
  std::vector<std::string> texts;
  std::vector<Piece> sends, receives;
  if (rank() != 0) {
    sends.emplace_back(0, std::as_writable_bytes(std::span(mine)));
  } else {
    for (const uint64_t bytes : sizes) texts.emplace_back(bytes, '\0');
    texts[0] = std::move(mine);
    for (int peer = 1; peer < size(); ++peer)
      receives.emplace_back(peer, std::as_writable_bytes(std::span(texts[peer])));
  }
  Exchange(sends, receives);
  return texts;
}

std::vector<uint64_t> Communicator::Sum(const std::vector<uint64_t>& numbers) {
  std::vector<uint64_t> sums(numbers.size()), theirs;
  for (int root = 0; root < size(); ++root) {
    theirs = numbers;
    Broadcast(std::as_writable_bytes(std::span(theirs)), root);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += theirs[i];
  }
  return sums;
}

void BroadcastString(Communicator* communicator, std::string* text, int root) {
  uint64_t size = text->size();
  communicator->Broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text->resize(size);
  communicator->Broadcast(std::as_writable_bytes(std::span(*text)), root);
}

}  // namespace elman
