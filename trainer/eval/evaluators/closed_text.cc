#include "trainer/eval/evaluators/closed_text.h"

#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "data/shards/manifest.h"
#include "data/shards/raw_text_reader.h"

namespace elman {
namespace {

constexpr int kInsertByte = 4;     // the last operation in each context
constexpr double kBitsOfByte = 8;  // an inserted byte is one of 256, all equally likely

// Bits to encode whether each line is restored exactly, and the operations on the other lines, by
// context.
double RestorationBits(const RestorationCounts& counts) {
  double bits = AdaptiveCodeBits(std::vector{counts.exact_lines(), counts.edited_lines()});
  const std::vector<uint64_t> operations(counts.operations().begin(), counts.operations().end());
  for (size_t context = 0; context < operations.size(); context += kRestorationKinds) {
    bits += AdaptiveCodeBits(std::span(operations).subspan(context, kRestorationKinds));
    bits += kBitsOfByte * static_cast<double>(operations[context + kInsertByte]);
  }
  return bits;
}

std::string UnknownRemark(double rate, bool closed) {
  return absl::StrCat(
      FixedText(100 * rate, 2),
      " % of the tokens are unknown words, whose spelling is not included in bits_per_byte, "
      "word_perplexity and perplexity: ",
      closed
          ? "compare closed_bits_per_byte"
          : "they cannot be compared with those of other vocabularies. Preprocess the corpus with "
            "this version and evaluate a split other than train for closed_bits_per_byte");
}

}  // namespace

UnknownSpeller::UnknownSpeller(const Vocabulary& vocabulary) {
  const uint32_t end = vocabulary.predicted_size();
  for (uint32_t id = end > kMaxTypes ? end - kMaxTypes : 0; id < end; ++id) {
    if (id != vocabulary.unknown_id() && id != vocabulary.end_id())
      model_.Add(vocabulary.piece(id));
  }
}

double UnknownSpeller::NextBits(std::string_view word) {
  const bool literal = word == kUnknownPiece;
  const auto sure = static_cast<double>(literal ? literal_ : spelled_);
  const auto all = static_cast<double>(literal_ + spelled_);
  ++(literal ? literal_ : spelled_);
  return std::log2((all + 1) / (sure + 0.5)) + (literal ? 0 : model_.Bits(word));
}

absl::StatusOr<std::optional<ClosedText>> ReadClosedText(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split) {
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  ASSIGN_OR_RETURN(const auto reader,
                   RawTextReader::Open(dataset, split, RawTextHeader::UNKNOWN_WORDS));
  if (reader == nullptr) return std::nullopt;
  ClosedText closed = {.restoration_bits = RestorationBits(entry->restoration())};
  if (entry->counts(0).unknown() == 0) return closed;
  UnknownSpeller speller(dataset->vocabulary());
  for (uint64_t example = 0; example < entry->counts(0).examples(); ++example) {
    ASSIGN_OR_RETURN(const auto words, reader->Read(example));
    for (const std::string_view word : words) closed.spelling_bits += speller.NextBits(word);
  }
  closed.spelled_words = speller.spelled();
  return closed;
}

void AddClosedMetrics(const TextCounts& text, const TokenizerSpec& tokenizer,
                      const std::optional<ClosedText>& closed, const ClosedShare& share,
                      Evaluation* evaluation) {
  const double spelled = static_cast<double>(closed ? closed->spelled_words : text.unknown());
  const double rate = spelled / static_cast<double>(text.tokens());
  const bool known = rate <= kMaxUnknownToCompare;
  evaluation->comparable = known && !tokenizer.lowercase();
  if (!known) evaluation->remarks.push_back(UnknownRemark(rate, closed.has_value()));
  if (tokenizer.lowercase()) {
    evaluation->remarks.push_back(
        absl::StrCat("the text was lower-cased; bits_per_byte and word_perplexity do not include "
                     "its capital letters",
                     closed ? ": compare closed_bits_per_byte" : ""));
  }
  if (!closed) return;
  const double bytes = share.text * static_cast<double>(text.bytes());
  const double words = share.text * static_cast<double>(text.words() + text.examples());
  const double spelling = share.unknown_words * closed->spelling_bits;
  const double restoration = share.text * closed->restoration_bits;
  const double bits = share.bits + spelling + restoration;
  evaluation->metrics.insert(
      evaluation->metrics.end(),
      {{"closed_bits_per_byte", bits / bytes, "of the raw text: tokens, spelling and restoration",
        /*is_main=*/!*evaluation->comparable},
       {"closed_word_perplexity", std::exp2(bits / words),
        "per word or end of line, of the raw text"},
       {"spelling_bits_per_byte", spelling / bytes,
        "part of this for the spelling of unknown words"},
       {"restoration_bits_per_byte", restoration / bytes,
        "part of this for spaces and case, which tokens do not include"}});
}

}  // namespace elman
