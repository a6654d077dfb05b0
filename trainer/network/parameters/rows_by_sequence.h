// The rows of a layout in another order: sequence by sequence, in the order of the batch, and each
// from its begin to its end. So the rows of a sequence are one matrix.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

struct RowsBySequence {
  void Assign(const SequenceLayout& layout);

  // A packed matrix in this order, and back; in the workspace.
  Matrix Gather(ConstMatrix packed, Workspace* workspace) const;
  Matrix Scatter(ConstMatrix by_sequence, Workspace* workspace) const;

  std::vector<int64_t> begins;  // of each sequence, and the end of the last
  std::vector<int64_t> places;  // of each packed row
};

}  // namespace elman
