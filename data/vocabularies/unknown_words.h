// Counts the words that are not in a vocabulary, in bounded memory.
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

// Default number of different words that are counted exactly.
inline constexpr size_t kMaxUnknownTypes = size_t{1} << 18;

// Counts are exact for at most `max_types` different words. For more, only words whose hash is
// below a limit are kept, and the limit is halved as often as necessary. The kept words and their
// counts do not depend on the order of the words or on the number of ranks.
class UnknownWords {
 public:
  explicit UnknownWords(size_t max_types = kMaxUnknownTypes) : max_types_(max_types) {}

  // Adds `count` occurrences of a word, or all counts of a table.
  void Add(std::string_view word, uint64_t count);
  void AddAll(const PieceCounts& counts);

  // Converts to bytes for another process; adds the counts of such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

  // Sets the statistics of unknown words in `statistics`, with the `most` most frequent ones.
  void Describe(size_t most, FieldStatistics* statistics) const;

 private:
  bool Keeps(std::string_view word) const;
  void Halve();

  const size_t max_types_;
  int halvings_ = 0;
  PieceCounts words_;
};

// Adds the words to the list of unknown words in `statistics`.
void AddUnknownWords(std::vector<Vocabulary::Entry> words, FieldStatistics* statistics);

}  // namespace elman
