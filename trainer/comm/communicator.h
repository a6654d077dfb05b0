// Interface for communication between ranks. Every operation is collective: all ranks call it in
// the same order with matching arguments. With one rank, each operation is a copy or does nothing.
// The loss of a rank ends the job; no operation returns an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Memory that the ranks of a node access with plain loads and stores. Each rank has one part,
// initially zero.
class SharedFloats {
 public:
  virtual ~SharedFloats() = default;
  virtual std::span<float> of(int rank) = 0;  // `rank` must be on this rank's node

  // A barrier: after it, every rank of the node sees what any rank of the node wrote before it.
  // Collective on the node.
  virtual void Fence() = 0;
};

// Collective operations of all ranks of a job. Not thread-safe: one thread per rank calls them.
class Communicator {
 public:
  // A range of memory to send to another rank or to receive into. Pieces between the same two ranks
  // arrive in the order in which both sides list them. A sender may send fewer bytes than the
  // receiver expects, if its `capacity` is the number of bytes that the receiver expects: the rest
  // of the receiver's memory is not written. The receiver must be able to tell from the contents
  // where they end.
  struct Piece {
    Piece(int peer, std::span<std::byte> bytes, size_t capacity)
        : peer(peer), bytes(bytes), capacity(capacity) {}
    Piece(int peer, std::span<std::byte> bytes) : Piece(peer, bytes, bytes.size()) {}
    Piece(int peer, std::span<float> floats) : Piece(peer, std::as_writable_bytes(floats)) {}
    int peer;
    std::span<std::byte> bytes;
    size_t capacity;
  };

  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Returns the node of each rank. Ranks on the same host have the same node. Nodes are numbered
  // from 0 in the order of their first ranks.
  virtual std::vector<int> NodeOfRank() const = 0;

  virtual void Barrier() = 0;

  // Overwrites `bytes` with those of rank `root`. The size must be the same on every rank.
  virtual void Broadcast(std::span<std::byte> bytes, int root) = 0;

  // Fills `all` with every rank's `mine`, in rank order. `all` holds size() * mine.size() bytes.
  // The sizes must be the same on every rank.
  virtual void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) = 0;

  // Sends and receives pieces between ranks, all concurrently. Sent memory must not overlap
  // received memory.
  virtual void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) = 0;

  // Sets a function that Exchange calls, on its own thread, whenever a message of a long exchange
  // has been sent or received, so that a slow network is not mistaken for a hang. It may be
  // ignored.
  virtual void OnProgress(std::function<void()>) {}

  // Allocates shared memory on each node, with `count` floats for this rank. Returns null on every
  // rank if any node does not have enough memory. The communicator must outlive the result.
  virtual std::unique_ptr<SharedFloats> Share(int64_t count) = 0;

  // Prints `message` to standard error, then ends the whole job with exit status `status`.
  [[noreturn]] virtual void Abort(std::string_view message, int status) = 0;

  // The following functions are built from the operations above.

  // Returns every rank's `mine`, in rank order. Sizes may differ.
  std::vector<std::string> AllGather(std::string_view mine);

  // Like AllGather, but only rank 0 receives the strings; the other ranks return an empty vector.
  std::vector<std::string> Gather(std::string mine);

  // Like Gather, but in ascending order of the ranks' `position`, and without empty strings.
  std::vector<std::string> GatherInOrder(int64_t position, std::string mine);

  // Returns the element-wise sums over all ranks, on every rank. A rank sends at most
  // 2 + log2(size()) messages.
  std::vector<uint64_t> Sum(std::vector<uint64_t> numbers);

 private:
  std::vector<uint64_t> AllGatherSize(uint64_t mine);
  std::vector<std::string> GatherSized(const std::vector<uint64_t>& sizes, std::string mine);
};

// Broadcasts a string of any size.
void BroadcastString(Communicator* communicator, std::string* text, int root);

}  // namespace elman
