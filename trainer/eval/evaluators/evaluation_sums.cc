#include "trainer/eval/evaluators/evaluation_sums.h"

namespace elman {
namespace {

template <typename T>
void AddAll(const std::vector<T>& next, std::vector<T>* sums) {
  if (sums->empty()) sums->resize(next.size());
  for (size_t i = 0; i < next.size(); ++i) (*sums)[i] += next[i];
}

}  // namespace

EvaluationSums& EvaluationSums::operator+=(const EvaluationSums& next) {
  AddAll(next.real, &real);
  AddAll(next.whole, &whole);
  return *this;
}

}  // namespace elman
