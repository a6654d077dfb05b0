// The gradient, the values and the update of every parameter in a step, of which each rank has a
// slice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/record/log/histogram.h"

namespace elman {

struct ParameterFigures {
  std::string name;
  // Euclidean norms.
  double gradient = 0;
  double value = 0;
  double update = 0;
  Histogram gradients;  // of its elements
};

class ParameterSurvey {
 public:
  // For the elements [begin, end) of the flat arrays, which begin and end on blocks of kSumBlock
  // elements, or with the array. `table` must outlive the survey.
  ParameterSurvey(const ParameterTable& table, int64_t begin, int64_t end);

  // Before the update: summed gradients, which `scale` makes those of the loss, and values.
  void LookAtGradients(std::span<const float> gradients, double scale,
                       std::span<const float> values);
  // After it; not called, there was none.
  void LookAtUpdate(std::span<const float> values);

  // Of the whole arrays, on every rank, in the order of the table: the same bits however the arrays
  // are sliced. Collective; the slices of the ranks follow each other.
  std::vector<ParameterFigures> Gather(Communicator* communicator) const;

 private:
  // Sums over the elements of a parameter that lie in one block.
  struct Piece {
    double gradient = 0;  // squares
    double value = 0;
    double update = 0;
    double sum = 0;  // of the gradient's elements
  };
  template <typename Visit>
  void ForEachPiece(int64_t begin, int64_t end, const Visit& visit) const;
  void CountGradients(size_t parameter, std::span<const float> gradients, double scale);

  const ParameterTable& table_;
  const int64_t begin_, end_;
  std::vector<float> values_;     // before the update
  std::vector<Piece> pieces_;     // of this slice
  std::vector<double> extremes_;  // of each parameter's gradients here: least, greatest
  std::vector<double> counts_;    // of each parameter's gradients here, by bucket
};

}  // namespace elman
