// The words that a vocabulary does not have, with their counts, in bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr size_t kMaxUnknownTypes = size_t{1} << 18;

// Exact up to `max_types` different words. Beyond, a word is kept if its hash is below a bound that
// is halved as often as need be: the same words, with all their counts, in whatever order and on
// however many ranks they are met.
class UnknownWords {
 public:
  explicit UnknownWords(size_t max_types = kMaxUnknownTypes) : max_types_(max_types) {}

  void Add(std::string_view word, uint64_t count);
  void AddAll(const PieceCounts& counts);

  // As bytes for another process, and the sum with such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

  // Sets what is said of unknown words, with the `most` most frequent.
  void Describe(size_t most, FieldSurvey* survey) const;

 private:
  bool Keeps(std::string_view word) const;
  void Halve();

  const size_t max_types_;
  int halvings_ = 0;
  PieceCounts words_;
};

void AddUnknownWords(std::vector<Vocabulary::Entry> words, FieldSurvey* survey);

}  // namespace elman
