#include "trainer/validation.h"

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"

namespace elman {

static_assert(std::is_trivially_copyable_v<LossSums>);

absl::StatusOr<LossSums> Validate(Communicator* communicator, Evaluator* evaluator, Model* model,
                                  const std::function<bool()>& interrupted) {
  absl::Status status;
  std::vector<std::vector<LossSums>> by_group(evaluator->groups());
  const auto owner = [&](int group) { return group % communicator->size(); };
  for (int group = 0; group < evaluator->groups() && status.ok(); ++group) {
    if (owner(group) != communicator->rank()) continue;
    auto streams = evaluator->EvaluateGroup(model, group, interrupted);
    status = streams.status();
    if (status.ok()) by_group[group] = *std::move(streams);
  }
  RETURN_IF_ERROR(Agree(communicator, status));

  std::vector<LossSums> streams;
  for (int group = 0; group < evaluator->groups(); ++group) {
    const std::vector<LossSums>& mine = by_group[group];
    const auto all = communicator->AllGather(
        {reinterpret_cast<const char*>(mine.data()), mine.size() * sizeof(LossSums)});
    const std::string& bytes = all[owner(group)];
    if (bytes.empty()) continue;  // a group without streams
    const size_t before = streams.size();
    streams.resize(before + bytes.size() / sizeof(LossSums));
    std::memcpy(streams.data() + before, bytes.data(), bytes.size());
  }
  return Total(streams);
}

}  // namespace elman
