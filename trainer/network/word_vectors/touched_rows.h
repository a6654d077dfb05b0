// The set of rows of a table that a pass has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/math/block_set.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class TouchedRows {
 public:
  void Reset(size_t rows) {  // number of rows of the table
    rows_.clear();
    has_.assign(rows, false);
  }
  // Empties the set. Costs time in proportion to its size.
  void Clear() {
    for (const int32_t row : rows_) has_[row] = false;
    rows_.clear();
  }
  void Insert(int32_t row) {
    if (has_[row]) return;
    has_[row] = true;
    rows_.push_back(row);
  }
  void Insert(std::span<const int32_t> rows) {
    for (const int32_t row : rows) Insert(row);
  }
  std::span<const int32_t> rows() const { return rows_; }

  // Adds the blocks of a flat array that contain these rows of the table.
  void AddTo(const Parameter& table, BlockSet* touched) const {
    for (const int32_t row : rows_) touched->Insert(table.offset + row * table.cols, table.cols);
  }

 private:
  std::vector<int32_t> rows_;
  std::vector<bool> has_;
};

}  // namespace elman
