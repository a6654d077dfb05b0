#include "trainer/network/cells/activations.h"

namespace elman {
namespace {

using Place = Activation::Place;

constexpr Activation kLstm[] = {
    {"input", ActivationRange::kGate, Place::kGates, 0},
    {"forget", ActivationRange::kGate, Place::kGates, 1, /*keeps_state=*/true},
    {"candidate", ActivationRange::kTanh, Place::kGates, 2},
    {"output", ActivationRange::kGate, Place::kGates, 3},
    {"cell", ActivationRange::kTanh, Place::kFirstExtra, 0, false, /*squashed=*/true},
};
constexpr Activation kGru[] = {
    {"update", ActivationRange::kGate, Place::kGates, 0, /*keeps_state=*/true},
    {"reset", ActivationRange::kGate, Place::kGates, 1},
    {"candidate", ActivationRange::kTanh, Place::kGates, 2},
};
constexpr Activation kTanh[] = {{"hidden", ActivationRange::kTanh, Place::kOutput}};
constexpr Activation kRelu[] = {{"hidden", ActivationRange::kRectifier, Place::kOutput}};
constexpr Activation kJordan[] = {{"hidden", ActivationRange::kTanh, Place::kFirstExtra},
                                  {"output", ActivationRange::kTanh, Place::kOutput}};

}  // namespace

std::span<const Activation> ActivationsOf(Cell cell) {
  switch (cell) {
    case Cell::kTanh:
      return kTanh;
    case Cell::kRelu:
      return kRelu;
    case Cell::kLstm:
    case Cell::kPeepholeLstm:
      return kLstm;
    case Cell::kGru:
    case Cell::kLinearBeforeResetGru:
      return kGru;
    case Cell::kJordan:
      return kJordan;
  }
  return {};
}

ConstPanel ValuesOf(const Activation& activation, const RecurrentTape& tape) {
  if (activation.place == Place::kOutput) return tape.y;
  if (activation.place == Place::kFirstExtra) return tape.extra[0];
  const int64_t hidden = tape.y.cols;
  return {tape.gates, activation.gate * hidden, hidden};
}

}  // namespace elman
