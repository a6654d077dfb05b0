#include "trainer/math/recurrent.h"

#include "trainer/math/dnnl_recurrent.h"
#include "trainer/math/jordan.h"

namespace elman {

int GateCount(Cell cell) {
  switch (cell) {
    case Cell::kTanh:
    case Cell::kRelu:
    case Cell::kJordan:
      return 1;
    case Cell::kLstm:
    case Cell::kPeepholeLstm:
      return 4;
    case Cell::kGru:
    case Cell::kLinearBeforeResetGru:
      return 3;
  }
  return 0;
}

int BiasCount(Cell cell) { return cell == Cell::kLinearBeforeResetGru ? 4 : GateCount(cell); }

bool HasCellState(Cell cell) { return cell == Cell::kLstm || cell == Cell::kPeepholeLstm; }

std::unique_ptr<RecurrentPrimitives> CreateRecurrentPrimitives(Cell cell, int64_t input_size,
                                                               int64_t hidden_size) {
  if (cell == Cell::kJordan) return std::make_unique<Jordan>(input_size, hidden_size);
  return std::make_unique<DnnlRecurrent>(cell, input_size, hidden_size);
}

}  // namespace elman
