#include "trainer/record/checkpoint/checkpoint_difference.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"

namespace elman {
namespace {

// Returns the parameter and position of an element, such as "layer0.bias [3, 17]"; padding has no
// name.
std::string NameOfElement(const CheckpointHeader& header, int64_t element) {
  for (const ParameterEntry& parameter : header.parameters()) {
    if (parameter.shape_size() != 2) continue;
    const int64_t cols = parameter.shape(1), at = element - parameter.offset();
    if (at < 0 || at >= parameter.shape(0) * cols) continue;
    return absl::StrCat(parameter.name(), " [", at / cols, ", ", at % cols, "]");
  }
  return absl::StrCat("element ", element);
}

bool SameBits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }

std::string DifferenceOfArrays(const CheckpointHeader& header, const std::string& name,
                               std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size())
    return absl::StrCat("the size of ", name, ": ", a.size(), " and ", b.size(), " elements");
  int64_t first = -1, count = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (SameBits(a[i], b[i])) continue;
    if (count++ == 0) first = static_cast<int64_t>(i);
  }
  if (count == 0) return "";
  const bool of_parameters = !name.ends_with(kCarryArray);
  return absl::StrCat(
      name, ", ", of_parameters ? NameOfElement(header, first) : absl::StrCat("element ", first),
      ": ", RoundTripText(a[first]), " and ", RoundTripText(b[first]), " (", count, " of ",
      a.size(), " elements differ)");
}

std::string DifferenceOfConfigs(const TrainingConfig& a, const TrainingConfig& b) {
  google::protobuf::util::MessageDifferencer differencer;
  for (const char* field : {"max_steps", "max_epochs", "checkpoint", "logging"})
    differencer.IgnoreField(TrainingConfig::descriptor()->FindFieldByName(field));
  std::string report;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(a, b)) return "";
  return absl::StrCat("the configuration, ", report.substr(0, report.find('\n')));
}

}  // namespace

std::string FirstDifference(const Checkpoint& a, const Checkpoint& b) {
  const auto& mine = a.header.fields();
  const auto& theirs = b.header.fields();
  const auto same = [](const CheckpointField& x, const CheckpointField& y) {
    return x.vocabulary().fingerprint() == y.vocabulary().fingerprint();
  };
  if (!std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), same))
    return "the vocabulary";
  if (std::string config = DifferenceOfConfigs(a.header.config(), b.header.config());
      !config.empty())
    return config;
  const Progress &p = a.header.progress(), &q = b.header.progress();
  const auto position = [](const Progress& progress) {
    return absl::StrCat("step ", progress.step(), " (", progress.step_in_epoch(), " of epoch ",
                        progress.epoch() + 1, ")");
  };
  if (position(p) != position(q))
    return absl::StrCat("the position: ", position(p), " and ", position(q));

  for (size_t i = 0; i < std::max(a.arrays.size(), b.arrays.size()); ++i) {
    if (i >= a.arrays.size() || i >= b.arrays.size() || a.arrays[i].name != b.arrays[i].name) {
      const auto name = [i](const Checkpoint& checkpoint) {
        return i < checkpoint.arrays.size() ? checkpoint.arrays[i].name : std::string("none");
      };
      return absl::StrCat("the arrays there are: ", name(a), " and ", name(b));
    }
    std::string difference =
        DifferenceOfArrays(a.header, a.arrays[i].name, a.arrays[i].elements, b.arrays[i].elements);
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace elman
