#include "trainer/network/layers/activation_penalty.h"

namespace elman {

double PenalizeActivation(float strength, ConstMatrix x, Matrix d_x) {
  const float scale = strength / static_cast<float>(x.cols);
  double sum = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    sum += double{x.data[i]} * x.data[i];
    d_x.data[i] += 2 * scale * x.data[i];
  }
  return scale * sum;
}

double PenalizeChange(float strength, int64_t batch, ConstMatrix x, Matrix d_x) {
  const float scale = strength / static_cast<float>(x.cols);
  const int64_t stride = batch * x.cols;
  double sum = 0;
  for (int64_t i = stride; i < x.size(); ++i) {
    const float change = x.data[i] - x.data[i - stride];
    sum += double{change} * change;
    d_x.data[i] += 2 * scale * change;
    d_x.data[i - stride] -= 2 * scale * change;
  }
  return scale * sum;
}

}  // namespace elman
