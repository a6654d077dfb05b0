#include "trainer/eval/ngrams/ngram_estimation.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_folder.h"
#include "data/records/number_spool.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/ngrams/adjusted_counts.h"
#include "trainer/eval/ngrams/kneser_ney.h"
#include "trainer/eval/ngrams/ngram_counts.h"
#include "trainer/eval/ngrams/ngram_key.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

// Several per thread, so that all threads are busy until the end.
constexpr int kPartsPerThread = 4;
// Counts have 31 bits.
constexpr uint64_t kMaxTokens = uint64_t{1} << 31;

// Returns one threshold per order.
absl::StatusOr<std::vector<uint64_t>> ThresholdsOf(const NgramEstimationSpec& spec) {
  std::vector<uint64_t> prune = spec.prune;
  const auto order = static_cast<size_t>(spec.order);
  if (prune.empty() || prune.size() > order || prune[0] != 0 || !std::ranges::is_sorted(prune)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--prune: expected at most ", order,
                     " numbers in ascending order, the first of which is 0, as in 0,0,1"));
  }
  prune.resize(order, prune.back());
  return prune;
}

// Makes one array of the spools of all parts.
BaselineArraySource ArrayOf(std::string name, const std::vector<std::string>& paths,
                            uint64_t elements) {
  return {std::move(name), elements, [&paths](const BaselineArraySource::Show& show) {
            for (const std::string& path : paths) {
              ASSIGN_OR_RETURN(const auto spool, NumberSpoolReader::Open(path));
              for (auto some = spool->TakeSome(); !some.empty(); some = spool->TakeSome())
                RETURN_IF_ERROR(show(some));
              RETURN_IF_ERROR(spool->status());
            }
            return absl::OkStatus();
          }};
}

std::vector<BaselineArraySource> ArraysOf(const InterpolatedModel& model) {
  std::vector<uint32_t> unigrams;
  for (const float unigram : model.unigrams) unigrams.push_back(std::bit_cast<uint32_t>(unigram));
  std::vector<BaselineArraySource> arrays = {SourceOf("unigrams", std::move(unigrams))};
  for (size_t i = 0; i < model.orders.size(); ++i) {
    const InterpolatedOrder& order = model.orders[i];
    const int n = static_cast<int>(i) + 2;
    arrays.push_back(ArrayOf(NgramTable::ContextsName(n), order.contexts,
                             order.context_count * NgramTable::kContextNumbers));
    arrays.push_back(ArrayOf(NgramTable::NgramsName(n), order.ngrams,
                             order.ngram_count * NgramTable::kNgramNumbers));
  }
  return arrays;
}

void Describe(const AdjustedCounts& counts, const std::vector<Discounts>& discounts,
              const InterpolatedModel& model, const Vocabulary& vocabulary, NgramModelSpec* spec) {
  for (size_t i = 0; i < discounts.size(); ++i) {
    NgramModelSpec::Order* order = spec->add_orders();
    for (int count = 1; count <= 4; ++count)
      order->add_counts_of_counts(counts.counts_of_counts[i][count]);
    for (int count = 1; count <= 3; ++count) order->add_discounts(discounts[i].of[count]);
    order->set_fallback(discounts[i].fallback);
    order->set_ngrams(i == 0 ? vocabulary.predicted_size() + 1 : model.orders[i - 1].ngram_count);
    if (i == 0) continue;
    order->set_contexts(model.orders[i - 1].context_count);
    order->set_pruned(model.orders[i - 1].pruned);
  }
}

}  // namespace

absl::Status EstimateNgramModel(const std::shared_ptr<const Dataset>& dataset,
                                const NgramEstimationSpec& spec, const std::string& path) {
  const Vocabulary& vocabulary = dataset->vocabulary();
  RETURN_IF_ERROR(NgramCoding::Check(spec.order, vocabulary.size()));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> prune, ThresholdsOf(spec));
  ASSIGN_OR_RETURN(BaselineHeader header, HeaderFor(*dataset));
  if (header.tokens() == 0 || header.tokens() >= kMaxTokens) {
    return absl::InvalidArgumentError(
        absl::StrCat(dataset->folder(), ": split train has ", header.tokens(),
                     " tokens; n-gram models are made from 1 to ", kMaxTokens - 1));
  }
  ASSIGN_OR_RETURN(const auto folder, TemporaryFolder::Create(path));
  if (spec.interruption != nullptr)
    spec.interruption->SetAction([name = folder->temporary_path()] { RemoveFolder(name); });
  const NgramCountingSpec counting{folder->temporary_path(), spec.memory_bytes, spec.threads};
  const NgramCoding coding(spec.order, vocabulary.size());
  const NgramParts parts = DivideNgrams(vocabulary, header.examples(),
                                        spec.order == 1 ? 1 : kPartsPerThread * spec.threads);

  ASSIGN_OR_RETURN(const std::vector<NgramRun> runs,
                   CountNgrams(dataset, "train", coding, parts, counting));
  ASSIGN_OR_RETURN(const AdjustedCounts counts,
                   AdjustCounts(runs, coding, vocabulary, parts, prune, counting));
  std::vector<Discounts> discounts;
  for (const CountsOfCounts& order : counts.counts_of_counts)
    discounts.push_back(DiscountsOf(order));
  ASSIGN_OR_RETURN(const InterpolatedModel model,
                   Interpolate(counts, discounts, vocabulary, counting));

  Describe(counts, discounts, model, vocabulary, header.mutable_ngram());
  header.mutable_ngram()->mutable_prune()->Add(prune.begin(), prune.end());
  return WriteBaseline(*dataset, std::move(header), ArraysOf(model), path);
}

}  // namespace elman
