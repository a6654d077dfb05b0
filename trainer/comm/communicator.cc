#include "trainer/comm/communicator.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace elman {

std::vector<uint64_t> Communicator::AllGatherSize(uint64_t mine) {
  std::vector<uint64_t> sizes(size());
  AllGather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(sizes)));
  return sizes;
}

// Rank 0 gathers the strings and broadcasts them as one.
std::vector<std::string> Communicator::AllGather(std::string_view mine) {
  const std::vector<uint64_t> sizes = AllGatherSize(mine.size());
  std::string all;
  for (std::string& text : GatherSized(sizes, std::string(mine))) {
    all += text;
    text = std::string();
  }
  all.resize(std::accumulate(sizes.begin(), sizes.end(), uint64_t{0}));
  if (!all.empty()) Broadcast(std::as_writable_bytes(std::span(all)), 0);
  std::vector<std::string> texts;
  size_t begin = 0;
  for (const uint64_t bytes : sizes) {
    texts.push_back(all.substr(begin, bytes));
    begin += bytes;
  }
  return texts;
}

std::vector<std::string> Communicator::Gather(std::string mine) {
  const std::vector<uint64_t> sizes = AllGatherSize(mine.size());
  return GatherSized(sizes, std::move(mine));
}

std::vector<std::string> Communicator::GatherSized(const std::vector<uint64_t>& sizes,
                                                   std::string mine) {
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

std::vector<std::string> Communicator::GatherInOrder(int64_t position, std::string mine) {
  if (!mine.empty()) {
    std::string head(sizeof(position), '\0');
    std::memcpy(head.data(), &position, sizeof(position));
    mine.insert(0, head);
  }
  std::vector<std::pair<int64_t, std::string>> found;
  for (std::string& text : Gather(std::move(mine))) {
    if (text.empty()) continue;
    int64_t theirs = 0;
    std::memcpy(&theirs, text.data(), sizeof(theirs));
    text.erase(0, sizeof(theirs));
    found.emplace_back(theirs, std::move(text));
  }
  std::ranges::sort(found, {}, &std::pair<int64_t, std::string>::first);
  std::vector<std::string> texts;
  for (auto& [_, text] : found) texts.push_back(std::move(text));
  return texts;
}

// Recursive doubling. Ranks beyond the largest power of two send their numbers to a rank below it
// first, and receive the sums from it.
std::vector<uint64_t> Communicator::Sum(std::vector<uint64_t> numbers) {
  const int power = static_cast<int>(std::bit_floor(static_cast<unsigned>(size())));
  std::vector<uint64_t> theirs(numbers.size());
  const auto bytes = [](std::vector<uint64_t>& of) {
    return std::as_writable_bytes(std::span(of));
  };
  const auto exchange = [&](int peer, bool sends, bool receives) {
    std::vector<Piece> outgoing, incoming;
    if (sends) outgoing.emplace_back(peer, bytes(numbers));
    if (receives) incoming.emplace_back(peer, bytes(theirs));
    Exchange(outgoing, incoming);
  };
  const auto add = [&] {
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] += theirs[i];
  };
  const bool extra = rank() >= power, has_extra = rank() + power < size();
  const int partner = extra ? rank() - power : rank() + power;
  if (power < size()) {
    exchange(partner, extra, has_extra);
    if (has_extra) add();
  }
  for (int bit = 1; bit < power; bit *= 2) {
    exchange(rank() ^ bit, !extra, !extra);
    if (!extra) add();
  }
  if (power < size()) {
    exchange(partner, has_extra, extra);
    if (extra) numbers = theirs;
  }
  return numbers;
}

void BroadcastString(Communicator* communicator, std::string* text, int root) {
  uint64_t size = text->size();
  communicator->Broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text->resize(size);
  communicator->Broadcast(std::as_writable_bytes(std::span(*text)), root);
}

}  // namespace elman
