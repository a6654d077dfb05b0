#include "trainer/record/checkpoint/checkpoint.h"

#include <algorithm>
#include <bit>

#include "data/io/bytes.h"
#include "data/io/checksum.h"

namespace elman {

static_assert(std::endian::native == std::endian::little,
              "arrays are written as they lie in memory");

std::vector<float>* Checkpoint::Find(std::string_view name) {
  const auto found = std::ranges::find(arrays, name, &NamedArray::name);
  return found == arrays.end() ? nullptr : &found->elements;
}

const std::vector<float>* Checkpoint::Find(std::string_view name) const {
  return const_cast<Checkpoint*>(this)->Find(name);
}

std::string ContentHash(const Checkpoint& checkpoint) {
  const CheckpointHeader& header = checkpoint.header;
  Fingerprint hash;
  for (const ParameterEntry& parameter : header.parameters()) {
    hash.Add(parameter.name()).Add(static_cast<uint64_t>(parameter.offset()));
    for (const int64_t size : parameter.shape()) hash.Add(static_cast<uint64_t>(size));
  }
  for (const NamedArray& array : checkpoint.arrays) {
    hash.Add(array.name);
    hash.Add(AsBytes(array.elements));
  }
  const Progress& progress = header.progress();
  hash.Add(static_cast<uint64_t>(progress.step()));
  hash.Add(static_cast<uint64_t>(progress.epoch()));
  hash.Add(static_cast<uint64_t>(progress.step_in_epoch()));
  if (progress.inherited_updates() > 0)
    hash.Add(static_cast<uint64_t>(progress.inherited_updates()));
  TrainingConfig semantic = header.config();
  // The length of the decay counts, whether the run was configured with it or with 0. (Adding an
  // empty group would change the hash.)
  if (semantic.schedule().kind() == ScheduleSpec::LINEAR_DECAY &&
      semantic.schedule().linear_epochs() == 0)
    semantic.mutable_schedule()->set_linear_epochs(semantic.max_epochs());
  semantic.clear_max_steps();
  semantic.clear_max_epochs();
  semantic.clear_checkpoint();
  semantic.clear_logging();
  semantic.clear_diagnostics();
  semantic.clear_watchdog_seconds();
  semantic.clear_compare_every_steps();
  if (semantic.has_evaluation()) semantic.mutable_evaluation()->clear_patience();
  // The default is what versions without this field did; clearing it keeps their hashes valid.
  if (semantic.max_length() == 0) semantic.clear_max_length();
  if (semantic.exchange().lane_group() <= 1 && semantic.has_exchange())
    semantic.mutable_exchange()->clear_lane_group();
  hash.Add(semantic.SerializeAsString());
  for (const CheckpointField& field : header.fields()) hash.Add(field.vocabulary().fingerprint());
  return hash.Hex();
}

void DescribeParameters(const ParameterTable& table, CheckpointHeader* header) {
  header->clear_parameters();
  for (const Parameter& parameter : table.parameters()) {
    ParameterEntry* entry = header->add_parameters();
    entry->set_name(parameter.name);
    entry->add_shape(parameter.rows);
    entry->add_shape(parameter.cols);
    entry->set_offset(parameter.offset);
  }
}

bool SameParameters(const ParameterTable& table, const CheckpointHeader& header) {
  return std::ranges::equal(table.parameters(), header.parameters(),
                            [](const Parameter& parameter, const ParameterEntry& entry) {
                              return parameter.name == entry.name() &&
                                     parameter.offset == entry.offset() &&
                                     entry.shape_size() == 2 && entry.shape(0) == parameter.rows &&
                                     entry.shape(1) == parameter.cols;
                            });
}

}  // namespace elman
