#include "trainer/eval/inspection/baseline_inspection.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/ngrams/arpa.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

void AddNgrams(const NgramModelSpec& ngram, Inspection* inspection) {
  inspection->Add("order", int64_t{ngram.orders_size()});
  if (!ngram.source().empty()) inspection->Add("imported_from", ngram.source());
  std::vector<JsonObject> orders;
  for (int i = 0; i < ngram.orders_size(); ++i) {
    const NgramModelSpec::Order& order = ngram.orders(i);
    std::string text = absl::StrCat(order.ngrams());
    JsonObject& json = orders.emplace_back();
    json.Add("ngrams", uint64_t{order.ngrams()}).Add("contexts", uint64_t{order.contexts()});
    if (order.pruned() > 0) absl::StrAppend(&text, ", ", order.pruned(), " left out");
    json.Add("pruned", uint64_t{order.pruned()});
    if (order.discounts_size() > 0) {
      absl::StrAppend(
          &text, ", discounts ",
          absl::StrJoin(order.discounts(), " ",
                        [](std::string* out, double discount) {
                          absl::StrAppend(out, FixedText(discount, 4));
                        }),
          order.fallback() ? " (default values, because its counts of counts give none)" : "");
      json.AddJson("discounts", JsonArray(order.discounts(), JsonNumber))
          .Add("fallback", order.fallback());
    }
    inspection->AddText(absl::StrCat("  ", i + 1, "-grams"), text);
  }
  inspection->AddJson("orders", orders);
}

void Describe(const Baseline& baseline, Inspection* inspection) {
  const BaselineHeader& header = baseline.header;
  uint64_t elements = 0;
  for (const ArrayEntry& array : header.arrays()) elements += array.elements();
  inspection->Add("task", absl::AsciiStrToLower(Task_Name(header.task())))
      .Add("content_hash", baseline.content_hash)
      .Add("vocabulary_fingerprint",
           absl::StrJoin(header.fields(), ",",
                         [](std::string* out, const CheckpointField& field) {
                           out->append(field.vocabulary().fingerprint());
                         }))
      .Add("elman_version", header.elman_version())
      .Add("bytes_of_arrays", uint64_t{elements * sizeof(uint32_t)});
  if (header.tokens() > 0) {
    inspection->Add("train_examples", uint64_t{header.examples()})
        .Add("train_tokens", uint64_t{header.tokens()});
  }
  if (header.has_ngram()) {
    inspection->Add("model", "ngram");
    AddNgrams(header.ngram(), inspection);
  } else if (header.has_tfidf()) {
    inspection->Add("model", "tfidf")
        .Add("inverse_regularization", header.tfidf().inverse_regularization())
        .Add("iterations", uint64_t{header.tfidf().iterations()})
        .Add("train_loss", header.tfidf().loss())
        .Add("largest_gradient", header.tfidf().gradient());
  } else if (header.has_most_frequent_tag()) {
    inspection->Add("model", "most_frequent_tag")
        .Add("pairs", uint64_t{header.most_frequent_tag().pairs()});
  }
}

}  // namespace

absl::StatusOr<Inspection> InspectBaseline(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "baseline").Add("path", path);
  const absl::StatusOr<Baseline> baseline = ReadBaseline(path);
  if (!baseline.ok() && !verify) return baseline.status();
  if (baseline.ok()) Describe(*baseline, &inspection);
  if (verify) {
    if (!baseline.ok()) inspection.problems.emplace_back(baseline.status().message());
    inspection.Add("verified", baseline.ok()).AddList("problems", "problem", inspection.problems);
  }
  return inspection;
}

absl::StatusOr<Inspection> InspectAndExportArpa(const std::string& path, const std::string& arpa) {
  if (!IsBaseline(path)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": --arpa is for n-gram models; 'elman-baseline --kind=ngram' makes one"));
  }
  ASSIGN_OR_RETURN(Baseline baseline, ReadBaseline(path));
  if (!baseline.header.has_ngram()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": not an n-gram model, and --arpa writes only these; 'elman-baseline "
                     "--kind=ngram' makes one"));
  }
  Inspection inspection;
  inspection.Add("kind", "baseline").Add("path", path);
  Describe(baseline, &inspection);
  ASSIGN_OR_RETURN(const Vocabulary vocabulary,
                   Vocabulary::Parse(baseline.tables[0].vocabulary_text, path));
  ASSIGN_OR_RETURN(const NgramTable table, NgramTable::Create(path, &baseline));
  RETURN_IF_ERROR(ExportArpa(table, vocabulary, arpa));
  inspection.Add("arpa", arpa);
  return inspection;
}

}  // namespace elman
