// Reorders the rows of a layout by sequence: sequences are in the order of the batch, each from its
// start to its end. So the rows of one sequence are one matrix.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

struct RowsBySequence {
  // Computes the order for a layout; reuses the memory of this object.
  void Assign(const SequenceLayout& layout);

  // Gather converts a packed matrix to this order, Scatter converts it back; both in the workspace.
  Matrix Gather(ConstMatrix packed, Workspace* workspace) const;
  Matrix Scatter(ConstMatrix by_sequence, Workspace* workspace) const;

  std::vector<int64_t> begins;  // the first row of each sequence; last element: the number of rows
  std::vector<int64_t> places;  // the position of each packed row in this order
};

}  // namespace elman
