#include "data/workers/worker_group.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace elman {

std::vector<uint64_t> WorkerGroup::Sum(std::vector<uint64_t> numbers) {
  const auto bytes_of = [](const std::vector<uint64_t>& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()),
                            values.size() * sizeof(uint64_t));
  };
  const std::vector<std::string> gathered = Gather(bytes_of(numbers));
  for (size_t rank = 1; rank < gathered.size(); ++rank) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      uint64_t number = 0;
      std::memcpy(&number, gathered[rank].data() + i * sizeof(number), sizeof(number));
      numbers[i] += number;
    }
  }
  const std::string sums = Broadcast(std::string(bytes_of(numbers)));
  std::memcpy(numbers.data(), sums.data(), sums.size());
  return numbers;
}

absl::Status WorkerGroup::Agree(const absl::Status& status) {
  if (size() == 1) return status;
  // A verdict is the status code as one character and the message.
  std::string mine;
  if (!status.ok()) {
    mine = absl::StrCat(std::string(1, static_cast<char>(status.code())), "rank ", rank(), ": ",
                        status.message());
  }
  std::string verdict;
  for (const std::string& theirs : Gather(mine)) {
    if (verdict.empty()) verdict = theirs;
  }
  verdict = Broadcast(verdict);
  if (verdict.empty()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(verdict[0]), verdict.substr(1));
}

}  // namespace elman
