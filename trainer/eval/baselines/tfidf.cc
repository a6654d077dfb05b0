#include "trainer/eval/baselines/tfidf.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/example_reader.h"
#include "trainer/eval/baselines/baseline_file.h"

namespace elman {
namespace {

std::vector<uint32_t> BitsOf(const std::vector<double>& numbers) {
  std::vector<uint32_t> bits;
  for (const double number : numbers)
    bits.push_back(std::bit_cast<uint32_t>(static_cast<float>(number)));
  return bits;
}

// Returns the number of texts of a split that contain each token.
absl::StatusOr<std::vector<uint32_t>> CountTexts(ExampleReader* reader, uint32_t ids) {
  std::vector<uint32_t> frequencies(ids);
  std::vector<uint64_t> last_text(ids);  // number of the last text with the token, plus 1
  for (uint64_t text = 0; text < reader->examples(); ++text) {
    ASSIGN_OR_RETURN(const ExampleView view, reader->Read(text));
    for (const int32_t token : view.fields[0]) {
      if (std::exchange(last_text[token], text + 1) != text + 1) ++frequencies[token];
    }
  }
  return frequencies;
}

}  // namespace

TfidfFeatures::TfidfFeatures(const VocabularySpec& vocabulary, uint64_t texts,
                             std::span<const uint32_t> frequencies)
    : vocabulary_(vocabulary) {
  for (const uint32_t frequency : frequencies)
    idf_.push_back(std::log((1.0 + static_cast<double>(texts)) / (1.0 + frequency)) + 1);
}

bool TfidfFeatures::Counts(uint32_t token) const {
  return token < vocabulary_.predicted_size() && token != vocabulary_.unknown_id() &&
         token != vocabulary_.end_id();
}

void TfidfFeatures::Of(std::span<const int32_t> text, std::vector<uint32_t>* tokens,
                       std::vector<double>* values) const {
  tokens->clear();
  values->clear();
  for (const int32_t token : text) {
    if (Counts(static_cast<uint32_t>(token))) tokens->push_back(static_cast<uint32_t>(token));
  }
  std::ranges::sort(*tokens);
  size_t kept = 0;
  double squares = 0;
  for (size_t i = 0; i < tokens->size();) {
    const size_t first = i;
    const uint32_t token = (*tokens)[first];
    while (i < tokens->size() && (*tokens)[i] == token) ++i;
    values->push_back(static_cast<double>(i - first) * idf_[token]);
    squares += values->back() * values->back();
    (*tokens)[kept++] = token;
  }
  tokens->resize(kept);
  for (double& value : *values) value /= std::sqrt(squares);
}

absl::Status FitTfidfModel(const std::shared_ptr<const Dataset>& dataset,
                           const LogisticRegressionSpec& spec, const std::string& path) {
  ASSIGN_OR_RETURN(BaselineHeader header, HeaderFor(*dataset));
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, "train", /*cache_bytes=*/0));
  const uint32_t ids = dataset->vocabulary().size();
  ASSIGN_OR_RETURN(const std::vector<uint32_t> frequencies, CountTexts(reader.get(), ids));
  const TfidfFeatures features(header.fields(0).vocabulary(), reader->examples(), frequencies);

  SparseRows rows;
  rows.columns = ids;
  std::vector<int32_t> target;
  std::vector<uint32_t> tokens;
  std::vector<double> values;
  for (uint64_t text = 0; text < reader->examples(); ++text) {
    ASSIGN_OR_RETURN(const ExampleView view, reader->Read(text));
    const int32_t label = view.fields[1][0];
    // With an imported vocabulary, `train` may have labels that are not in it.
    if (label >= static_cast<int32_t>(dataset->vocabulary(1).size())) continue;
    features.Of(view.fields[0], &tokens, &values);
    rows.column.insert(rows.column.end(), tokens.begin(), tokens.end());
    rows.value.insert(rows.value.end(), values.begin(), values.end());
    rows.begins.push_back(rows.column.size());
    target.push_back(label);
  }
  if (target.empty())
    return absl::InvalidArgumentError(dataset->folder() + ": split train has no labels");
  const LogisticRegressionFit fit =
      FitLogisticRegression(rows, target, static_cast<int>(dataset->vocabulary(1).size()), spec);

  TfidfModelSpec* described = header.mutable_tfidf();
  described->set_inverse_regularization(spec.inverse_regularization);
  described->set_iterations(fit.iterations);
  described->set_loss(fit.loss);
  described->set_gradient(fit.gradient);
  return WriteBaseline(
      *dataset, std::move(header),
      {SourceOf("frequencies", frequencies), SourceOf("weights", BitsOf(fit.classifier.weights)),
       SourceOf("biases", BitsOf(fit.classifier.biases))},
      path);
}

}  // namespace elman
