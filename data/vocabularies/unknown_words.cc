#include "data/vocabularies/unknown_words.h"

#include <cstring>
#include <utility>

#include "data/io/checksum.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/first_entries.h"

namespace elman {

bool UnknownWords::Keeps(std::string_view word) const {
  return halvings_ == 0 || Hash64(word) >> (64 - halvings_) == 0;
}

void UnknownWords::Halve() {
  ++halvings_;
  PieceCounts kept;
  for (uint32_t i = 0; i < words_.size(); ++i) {
    if (Keeps(words_.piece(i))) kept.Add(words_.piece(i), words_.count(i));
  }
  words_ = std::move(kept);
}

void UnknownWords::Add(std::string_view word, uint64_t count) {
  if (!Keeps(word)) return;
  words_.Add(word, count);
  while (words_.size() > max_types_) Halve();
}

void UnknownWords::AddAll(const PieceCounts& counts) {
  for (uint32_t i = 0; i < counts.size(); ++i) Add(counts.piece(i), counts.count(i));
}

std::string UnknownWords::Serialize() const {
  return std::string(1, static_cast<char>(halvings_)) + words_.Serialize();
}

absl::Status UnknownWords::AddSerialized(std::string_view bytes) {
  if (bytes.empty()) return absl::OkStatus();
  while (halvings_ < bytes[0]) Halve();
  PieceCounts theirs;
  RETURN_IF_ERROR(theirs.AddSerialized(bytes.substr(1)));
  AddAll(theirs);
  return absl::OkStatus();
}

void UnknownWords::Describe(size_t most, FieldStatistics* statistics) const {
  statistics->set_unknown_types(static_cast<uint64_t>(words_.size()) << halvings_);
  statistics->set_unknown_sampled(halvings_ > 0);
  FirstEntries first(most);
  for (uint32_t i = 0; i < words_.size(); ++i)
    first.Add(words_.piece(i), words_.count(i), [](std::string_view, uint64_t) {});
  AddUnknownWords(first.Take(), statistics);
}

void AddUnknownWords(std::vector<Vocabulary::Entry> words, FieldStatistics* statistics) {
  for (Vocabulary::Entry& entry : words) {
    FieldStatistics::Word* word = statistics->add_unknown_words();
    word->set_text(std::move(entry.piece));
    word->set_count(entry.count);
  }
}

}  // namespace elman
