// How ranks talk. Every operation is collective: all ranks call it, in the same order, with fitting
// arguments. With one rank each is a copy or nothing. A lost rank ends the job; no operation
// returns an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Memory that the ranks of a node read and write with plain loads and stores: a part each, zeroed
// at first.
class SharedFloats {
 public:
  virtual ~SharedFloats() = default;
  virtual std::span<float> of(int rank) = 0;  // of this rank's node

  // A barrier: what any rank of the node wrote before it, every one reads after it. Collective on
  // the node.
  virtual void Fence() = 0;
};

class Communicator {
 public:
  // A piece of memory to send to, or to fill from, another rank. Pieces between the same two ranks
  // arrive in the order in which both sides list them.
  struct Piece {
    Piece(int peer, std::span<std::byte> bytes) : peer(peer), bytes(bytes) {}
    Piece(int peer, std::span<float> floats) : Piece(peer, std::as_writable_bytes(floats)) {}
    int peer;
    std::span<std::byte> bytes;
  };

  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // The node that each rank is on: ranks on one host have the same. Nodes are numbered from 0 in
  // the order of their first ranks.
  virtual std::vector<int> NodeOfRank() const = 0;

  virtual void Barrier() = 0;

  // Overwrites `bytes` with those of `root`; the same size everywhere.
  virtual void Broadcast(std::span<std::byte> bytes, int root) = 0;

  // Fills `all`, which holds size() times as many bytes as `mine`, with every rank's `mine`, in
  // order of rank; the same size everywhere.
  virtual void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) = 0;

  // Sends and receives pieces among ranks, all at once. What is sent must not overlap what is
  // received.
  virtual void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) = 0;

  // Memory shared on each node, with `count` floats of this rank; null, on every rank, where any
  // node does not have that much. The communicator must outlive it.
  virtual std::unique_ptr<SharedFloats> Share(int64_t count) = 0;

  // Ends the whole job with `status` after printing `message` to standard error.
  [[noreturn]] virtual void Abort(std::string_view message, int status) = 0;

  // The following consist of the operations above.

  // Every rank's `mine`, in order of rank. Sizes may differ.
  std::vector<std::string> AllGather(std::string_view mine);

  // The same on rank 0 only; the other ranks receive nothing.
  std::vector<std::string> Gather(std::string mine);

  // The sums over all ranks, element by element, on every rank.
  std::vector<uint64_t> Sum(std::vector<uint64_t> numbers);

 private:
  std::vector<uint64_t> AllGatherSize(uint64_t mine);
};

// Broadcasts a string of any size.
void BroadcastString(Communicator* communicator, std::string* text, int root);

}  // namespace elman
