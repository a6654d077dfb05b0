#include "trainer/replay/step_norms.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"

namespace elman {
namespace {

struct NotFinite {
  int64_t count = 0;
  int64_t first = -1;
};

NotFinite FindNotFinite(std::span<const float> elements) {
  NotFinite found;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (std::isfinite(elements[i])) continue;
    if (found.count++ == 0) found.first = static_cast<int64_t>(i);
  }
  return found;
}

std::string LineOf(const std::string& array, const std::string& first, const NotFinite& found,
                   std::span<const float> elements) {
  return absl::StrCat("not finite: ", array, ", ", found.count, " of ", elements.size(),
                      " elements, the first at ", first, ": ", RoundTripText(elements[found.first]),
                      "\n");
}

std::span<const float> PartOf(const Parameter& parameter, std::span<const float> array) {
  return array.subspan(parameter.offset, parameter.size());
}

std::string TableCell(const std::vector<double>& norms, size_t row) {
  if (norms.empty()) return absl::StrFormat("%14s", "-");
  return absl::StrFormat("%14s", SignificantText(norms[row], 6));
}

}  // namespace

StepNorms::StepNorms(const Model& model, const BatchSource& source)
    : model_(model), source_(source) {}

void StepNorms::LookAtStep(TrainingState* state, std::span<const float> summed_gradients,
                           double scale) {
  const float* values = state->values();
  values_.assign(values, values + model_.parameters().size());
  values_norms_ = Norms("value", values_, 1);
  gradient_norms_ = Norms("gradient", summed_gradients, scale);
  LookAtCarry(state);
}

void StepNorms::LookAtUpdate(TrainingState* state) {
  const float* after = state->values();
  for (size_t i = 0; i < values_.size(); ++i) values_[i] = after[i] - values_[i];
  update_norms_ = Norms("update", values_, 1);
}

// `what` names the array in messages.
std::vector<double> StepNorms::Norms(const char* what, std::span<const float> array, double scale) {
  std::vector<double> norms;
  double total = 0;
  for (const Parameter& parameter : model_.parameters().parameters()) {
    const std::span<const float> part = PartOf(parameter, array);
    double squares = 0;
    for (const float element : part) squares += double{element} * element;
    norms.push_back(std::sqrt(squares) * scale);
    total += squares;
    const NotFinite found = FindNotFinite(part);
    if (found.count == 0) continue;
    const std::string place =
        absl::StrCat("[", found.first / parameter.cols, ", ", found.first % parameter.cols, "]");
    not_finite_ += LineOf(absl::StrCat(what, " of ", parameter.name), place, found, part);
  }
  norms.push_back(std::sqrt(total) * scale);
  return norms;
}

void StepNorms::LookAtCarry(TrainingState* state) {
  for (int lane = 0; lane < source_.lanes(); ++lane) {
    const int64_t first_row = source_.first_row(lane), rows = source_.end_row(lane) - first_row;
    const std::span<const float> carry(state->carry(lane),
                                       static_cast<size_t>(model_.carry_size(rows)));
    const NotFinite found = FindNotFinite(carry);
    if (found.count == 0) continue;
    const int64_t width = model_.carry_width(), row = found.first / width;
    not_finite_ += LineOf(absl::StrCat("carry of lane ", lane, " after the step"),
                          absl::StrCat("state ", row / rows, ", sequence ", first_row + row % rows,
                                       ", unit ", found.first % width),
                          found, carry);
  }
}

std::string StepNorms::Text() const {
  std::string text =
      absl::StrFormat("%-36s%14s%14s%14s\n", "norm of", "values", "gradient", "update");
  const std::vector<Parameter>& parameters = model_.parameters().parameters();
  for (size_t row = 0; row <= parameters.size(); ++row) {
    const std::string name = row < parameters.size() ? parameters[row].name : "all";
    absl::StrAppend(&text, absl::StrFormat("%-36s", name), TableCell(values_norms_, row),
                    TableCell(gradient_norms_, row), TableCell(update_norms_, row), "\n");
  }
  return text + not_finite_;
}

}  // namespace elman
