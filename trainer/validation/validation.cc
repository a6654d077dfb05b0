#include "trainer/validation/validation.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/bytes.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"

namespace elman {

absl::StatusOr<Evaluation> Validate(Communicator* communicator, Evaluator* evaluator, Model* model,
                                    const std::function<bool()>& interrupted) {
  const int ranks = communicator->size();
  std::vector<double> real;  // of this rank's parts, concatenated
  EvaluationSums mine;
  absl::Status status;
  for (int64_t part = communicator->rank(); part < evaluator->parts() && status.ok();
       part += ranks) {
    auto sums = evaluator->EvaluatePart(model, part, interrupted);
    status = sums.status();
    if (!status.ok()) break;
    real.insert(real.end(), sums->real.begin(), sums->real.end());
    mine += *sums;
  }
  RETURN_IF_ERROR(Agree(communicator, status));

  const auto all_real = communicator->AllGather(AsBytes(real));
  const auto all_whole = communicator->AllGather(AsBytes(mine.whole));
  EvaluationSums total;
  // Rank 0 has a part if there is any, so its size gives the size of a part.
  const int64_t parts_of_first = (evaluator->parts() + ranks - 1) / ranks;
  const size_t width = all_real[0].size() / std::max<int64_t>(1, parts_of_first);
  for (int64_t part = 0; part < evaluator->parts(); ++part) {
    const std::string_view of_rank = all_real[part % ranks];
    total +=
        {.real = VectorFromBytes<double>(of_rank.substr(part / ranks * width, width)), .whole = {}};
  }
  for (const std::string& of_rank : all_whole)
    total += {.real = {}, .whole = VectorFromBytes<int64_t>(of_rank)};
  return evaluator->ComputeMetrics(total);
}

}  // namespace elman
