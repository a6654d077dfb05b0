// Dropout on the elements of a weight matrix, one mask for all rows and time steps of a step of
// training: DropConnect (Wan et al., 2013), for hidden-to-hidden matrices as in AWD-LSTM (Merity,
// Keskar and Socher, 2018).
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/pass.h"

namespace elman {

class WeightDropout {
 public:
  // For matrices [rows, cols]. `site` tells the matrices of a model apart.
  WeightDropout(float probability, uint32_t site, int64_t rows, int64_t cols);

  bool none() const { return probability_ == 0; }

  // The weights under the mask of the pass's step; they stay valid until the next call.
  ConstMatrix Forward(const Pass& pass, ConstMatrix weights);

  // Where a backward pass is to add the gradient of the dropped weights, for a final gradient
  // `gradient`; EndBackward then adds it to that, under the mask. Without dropout it is `gradient`
  // itself.
  Matrix BeginBackward(Matrix gradient);
  void EndBackward(Matrix gradient);

 private:
  const float probability_;
  const uint32_t site_;
  const int64_t rows_, cols_;
  std::vector<uint32_t> words_;                      // of a row
  std::vector<float> factors_, dropped_, gradient_;  // empty without dropout
};

}  // namespace elman
