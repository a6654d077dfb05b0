#include "trainer/eval/loading/baseline_model.h"

#include <bit>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "trainer/eval/loading/label_models.h"
#include "trainer/eval/loading/ngram_model.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

absl::Status Wrong(const std::string& path) {
  return absl::DataLossError(
      absl::StrCat(path,
                   ": its arrays do not match the baseline that it describes; make it again with "
                   "elman-baseline"));
}

// Converts bits to doubles. Returns false if a number is not finite.
bool NumbersOf(const std::vector<uint32_t>& bits, std::vector<double>* numbers) {
  for (const uint32_t number : bits) {
    numbers->push_back(std::bit_cast<float>(number));
    if (!std::isfinite(numbers->back())) return false;
  }
  return true;
}

absl::StatusOr<std::unique_ptr<Model>> CreateTfidfModel(const std::string& path,
                                                        Baseline* baseline) {
  const BaselineHeader& header = baseline->header;
  const std::vector<uint32_t>* frequencies = baseline->Find("frequencies");
  const std::vector<uint32_t>* weights = baseline->Find("weights");
  const std::vector<uint32_t>* biases = baseline->Find("biases");
  if (frequencies == nullptr || weights == nullptr || biases == nullptr ||
      header.fields_size() != 2) {
    return Wrong(path);
  }
  const VocabularySpec& vocabulary = header.fields(0).vocabulary();
  const uint64_t labels = header.fields(1).vocabulary().size();
  LinearClassifier classifier{.labels = static_cast<int>(labels), .weights = {}, .biases = {}};
  if (labels < 1 || frequencies->size() != vocabulary.size() || biases->size() > labels ||
      biases->size() != static_cast<size_t>(LinearClassifier::outputs(classifier.labels)) ||
      weights->size() != biases->size() * vocabulary.size() ||
      !NumbersOf(*weights, &classifier.weights) || !NumbersOf(*biases, &classifier.biases)) {
    return Wrong(path);
  }
  return std::make_unique<TfidfModel>(TfidfFeatures(vocabulary, header.examples(), *frequencies),
                                      std::move(classifier));
}

absl::StatusOr<std::unique_ptr<Model>> CreateTagModel(const std::string& path, Baseline* baseline) {
  const BaselineHeader& header = baseline->header;
  const std::vector<uint32_t>* elements = baseline->Find("pairs");
  if (elements == nullptr || elements->size() % 3 != 0 || header.fields_size() != 2)
    return Wrong(path);
  const auto ids = static_cast<uint32_t>(header.fields(0).vocabulary().size());
  const auto tags = static_cast<uint32_t>(header.fields(1).vocabulary().size());
  std::vector<TagCounts::Pair> pairs;
  for (size_t i = 0; i < elements->size(); i += 3) {
    const TagCounts::Pair pair{(*elements)[i], (*elements)[i + 1], (*elements)[i + 2]};
    const bool ascends = pairs.empty() || pairs.back().token < pair.token ||
                         (pairs.back().token == pair.token && pairs.back().tag < pair.tag);
    if (!ascends || pair.token >= ids || pair.tag >= tags) return Wrong(path);
    pairs.push_back(pair);
  }
  if (tags == 0) return Wrong(path);
  return std::make_unique<TagModel>(TagCounts(pairs, ids, tags));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> CreateBaselineModel(const std::string& path,
                                                           Baseline* baseline) {
  const BaselineHeader& header = baseline->header;
  if (header.has_ngram() && header.task() == LANGUAGE_MODEL && header.fields_size() == 1) {
    ASSIGN_OR_RETURN(NgramTable table, NgramTable::Create(path, baseline));
    return std::make_unique<NgramModel>(std::move(table), header.fields(0).vocabulary());
  }
  if (header.has_tfidf() && header.task() == CLASSIFICATION)
    return CreateTfidfModel(path, baseline);
  if (header.has_most_frequent_tag() && header.task() == TAGGING)
    return CreateTagModel(path, baseline);
  return Wrong(path);
}

}  // namespace elman
