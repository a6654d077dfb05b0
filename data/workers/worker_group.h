// The processes that preprocess a corpus together: one alone, or the ranks that a launcher started.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace elman {

// Every method is collective: all members call the same ones in the same order. Called by the main
// thread only.
class WorkerGroup {
 public:
  virtual ~WorkerGroup() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Member 0 receives the bytes of every member, by rank; the others nothing.
  virtual std::vector<std::string> Gather(std::string_view bytes) = 0;

  // Every member receives the bytes that member 0 gives; the others' are ignored.
  virtual std::string Broadcast(std::string bytes) = 0;

  // The sums, element by element, of the members' numbers, on every member.
  std::vector<uint64_t> Sum(std::vector<uint64_t> numbers);

  // The verdict on a phase: OK if it is OK everywhere, else the failure of the lowest rank, named,
  // on every member. No member gets past it before all have come.
  absl::Status Agree(const absl::Status& status);
};

// A group of one.
class Alone : public WorkerGroup {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::vector<std::string> Gather(std::string_view bytes) override { return {std::string(bytes)}; }
  std::string Broadcast(std::string bytes) override { return bytes; }
};

}  // namespace elman
