#include "data/preprocess_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {
namespace {

// 1234567 as 1,234,567.
std::string Grouped(uint64_t number) {
  std::string text = absl::StrCat(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(text.begin() + i, ',');
  return text;
}

}  // namespace

std::string ReportText(const PreprocessReport& report) {
  std::string text = absl::StrFormat("%-8s%15s%15s%17s%17s%10s\n", "split", "lines", "words",
                                     "bytes", "tokens", "unknown");
  for (const SplitEntry& split : report.manifest.splits()) {
    const TextCounts& counts = split.counts();
    const double unknown = counts.tokens() == 0 ? 0.0 : 100.0 * counts.unknown() / counts.tokens();
    absl::StrAppendFormat(&text, "%-8s%15s%15s%17s%17s%9.3f%%\n", split.name(),
                          Grouped(counts.examples()), Grouped(counts.words()),
                          Grouped(counts.bytes()), Grouped(counts.tokens()), unknown);
  }
  absl::StrAppend(&text, "vocabulary: ", Grouped(report.manifest.vocabulary().predicted_size()),
                  " types\n");
  const TokenizerSpec& spec = report.manifest.tokenizer();
  if (IsSubword(spec.kind()) && report.manifest.vocabulary().predicted_size() < spec.vocab_size()) {
    absl::StrAppend(&text, "note: the corpus gives no more; ", Grouped(spec.vocab_size()),
                    " were asked for\n");
  }
  if (report.sampled_lines < report.training_lines) {
    absl::StrAppend(&text, "note: the tokenizer was trained on ", Grouped(report.sampled_lines),
                    " of ", Grouped(report.training_lines), " lines\n");
  }
  if (report.empty_lines > 0) {
    absl::StrAppend(&text, "note: ", Grouped(report.empty_lines),
                    " empty lines were left out (--keep_empty_lines keeps them)\n");
  }
  if (report.invalid_lines > 0) {
    const bool replaced = IsSubword(spec.kind()) || spec.kind() == TokenizerSpec::CHARACTER;
    absl::StrAppend(&text, "note: ", Grouped(report.invalid_lines),
                    " lines have bytes that are not UTF-8; they were ",
                    replaced ? "read as U+FFFD\n" : "kept as they are\n");
  }
  return text;
}

}  // namespace elman
