// Lists the variants that a configuration can name: every cell, optimizer and task, read from the
// enum descriptors of Protocol Buffers. A new enumerator is thereby included in every test that
// uses these lists.
#pragma once

#include <google/protobuf/generated_enum_util.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"
#include "proto/training.pb.h"
#include "trainer/network/cells/recurrent.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {

// Returns all enumerators that a configuration or a data set may have, such as those of
// ModelSpec::Cell, OptimizerSpec::Kind and Task.
template <typename Enum>
std::vector<Enum> Variants() {
  std::vector<Enum> variants;
  const google::protobuf::EnumDescriptor* all = google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 0; i < all->value_count(); ++i) {
    if (!absl::EndsWith(all->value(i)->name(), "UNSPECIFIED"))
      variants.push_back(static_cast<Enum>(all->value(i)->number()));
  }
  return variants;
}

// Returns the name of an enumerator in a configuration: "PEEPHOLE_LSTM".
template <typename Enum>
std::string VariantName(Enum variant) {
  const auto* all = google::protobuf::GetEnumDescriptor<Enum>();
  return std::string(all->FindValueByNumber(variant)->name());
}

// Returns the enumerator of the network layer for a cell.
inline Cell LayerCell(ModelSpec::Cell cell) {
  ModelSpec spec;
  spec.set_cell(cell);
  return StackShape(spec).cell;
}

}  // namespace elman
