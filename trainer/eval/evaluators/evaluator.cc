#include "trainer/eval/evaluators/evaluator.h"

#include "data/io/status_macros.h"

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

absl::StatusOr<Evaluation> Evaluator::Evaluate(Model* model) {
  EvaluationSums total;
  for (int64_t part = 0; part < parts(); ++part) {
    ASSIGN_OR_RETURN(const EvaluationSums sums, EvaluatePart(model, part, nullptr));
    total += sums;
  }
  return Conclude(total);
}

}  // namespace elman
