// Dropout on the elements of a weight matrix (DropConnect, Wan et al., 2013), with one mask for all
// rows and time steps of a training step. Used for hidden-to-hidden matrices as in AWD-LSTM
// (Merity, Keskar and Socher, 2018).
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/pass.h"

namespace elman {

class WeightDropout {
 public:
  // For matrices [rows, cols]. `site` distinguishes the matrices of a model.
  WeightDropout(float probability, uint32_t site, int64_t rows, int64_t cols);

  bool none() const { return probability_ == 0; }

  // Returns the weights with the mask of the pass's step; valid until the next call.
  ConstMatrix Forward(const Pass& pass, ConstMatrix weights);

  // Returns the matrix to which a backward pass adds the gradient of the dropped weights.
  // EndBackward then applies the mask and adds the result to `gradient`. Without dropout both are
  // `gradient` itself.
  Matrix BeginBackward(Matrix gradient);
  void EndBackward(Matrix gradient);

 private:
  const float probability_;
  const uint32_t site_;
  const int64_t rows_, cols_;
  std::vector<uint32_t> words_;                      // of one row
  std::vector<float> factors_, dropped_, gradient_;  // empty without dropout
};

}  // namespace elman
