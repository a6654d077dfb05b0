#include "trainer/network/cells/cell_factory.h"

#include "trainer/network/cells/cells.h"

namespace elman {

std::unique_ptr<RecurrentKernel> CreateRecurrentKernel(Cell cell, int64_t input_size,
                                                       int64_t hidden_size) {
  switch (cell) {
    case Cell::kTanh:
    case Cell::kRelu:
      return std::make_unique<Vanilla>(cell, input_size, hidden_size);
    case Cell::kLstm:
    case Cell::kPeepholeLstm:
      return std::make_unique<Lstm>(cell, input_size, hidden_size);
    case Cell::kGru:
      return std::make_unique<Gru>(cell, input_size, hidden_size);
    case Cell::kLinearBeforeResetGru:
      return std::make_unique<LinearBeforeResetGru>(cell, input_size, hidden_size);
    case Cell::kJordan:
      return std::make_unique<Jordan>(cell, input_size, hidden_size);
  }
  return nullptr;
}

}  // namespace elman
