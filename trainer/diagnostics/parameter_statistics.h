// Collects norms and histograms of the gradient, the values and the update of every parameter in a
// step. Each rank has a slice of the arrays.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/record/log/histogram.h"

namespace elman {

// Statistics of one parameter in one step.
struct ParameterStatistics {
  std::string name;
  // Euclidean norms.
  double gradient = 0;
  double value = 0;
  double update = 0;
  Histogram gradients;  // of the gradient's elements
};

class ParameterStatisticsCollector {
 public:
  // For the elements [begin, end) of the flat arrays. Both limits are multiples of kSumBlock
  // elements or the end of the array. `table` must outlive this object.
  ParameterStatisticsCollector(const ParameterTable& table, int64_t begin, int64_t end);

  // Call it before the update with the summed gradients and the values. `scale` turns the sums into
  // the gradients of the loss.
  void LookAtGradients(std::span<const float> gradients, double scale,
                       std::span<const float> values);
  // Call it after the update; not at all if there is no update.
  void LookAtUpdate(std::span<const float> values);

  // Returns the statistics of the whole arrays on rank 0, in the order of the table; nothing on the
  // other ranks. They have the same bits for any division into slices. Collective; the slices of
  // all ranks cover the arrays.
  std::vector<ParameterStatistics> Gather(Communicator* communicator) const;

 private:
  // Sums over the elements of a parameter in one block.
  struct Piece {
    double gradient = 0;  // sum of squares
    double value = 0;
    double update = 0;
    double sum = 0;  // sum of the gradient's elements
  };
  template <typename Visit>
  void ForEachPiece(int64_t begin, int64_t end, const Visit& visit) const;
  // The parameters with elements in this slice: [first, end).
  std::pair<size_t, size_t> OwnParameters() const;
  void CountGradients(size_t parameter, std::span<const float> gradients, double scale);

  const ParameterTable& table_;
  const int64_t begin_, end_;
  std::vector<float> values_;  // before the update
  std::vector<Piece> pieces_;  // of this slice
  // Per parameter: minimum and maximum of its gradients in this slice.
  std::vector<double> extremes_;
  std::vector<double> counts_;  // per parameter: histogram of its gradients in this slice
};

}  // namespace elman
