// An interface to SentencePiece (Kudo and Richardson, 2018) that uses only types of the standard
// library, because headers of SentencePiece and of Abseil cannot be included in the same source
// file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Number of byte pieces in a model made by Train.
inline constexpr uint32_t kByteValues = 256;

// The version of the linked library.
std::string SentencePieceVersion();

// Options of training.
struct SentencePieceOptions {
  bool unigram = false;  // otherwise byte-pair encoding
  int vocab_size = 0;    // maximum; a small corpus gives fewer pieces
};

// A trained model. Its pieces are <unk>, </s>, one per byte (<0x00> ... <0xFF>) and the learned
// pieces. A space is written as U+2581 and belongs to the word after it; one is added before each
// line. Characters without a piece become bytes, so nothing is unknown and every valid UTF-8 text
// is restored exactly. Safe for concurrent use.
class SentencePiece {
 public:
  // Trains on `lines`, which must be valid UTF-8, and returns the bytes of the model. They depend
  // only on lines and options, not on the number of cores. Empty on failure; then `error` is one
  // line with a remedy.
  static std::string Train(const std::vector<std::string>& lines,
                           const SentencePieceOptions& options, std::string* error);

  // Loads a model made by Train. Null on failure.
  static std::unique_ptr<SentencePiece> Load(std::string_view model, std::string* error);
  // Loads any SentencePiece model. Pieces are those of the model in its order; the unknown piece
  // becomes <unk>, and the end of a sentence </s>, which is appended if the model has none. Other
  // control pieces and unused pieces are left out, because no text is encoded as them. Text pieces
  // with the name of a special piece (<pad>) count as unknown.
  static std::unique_ptr<SentencePiece> LoadAny(std::string_view model, std::string* error);
  ~SentencePiece();

  uint32_t size() const;
  const std::string& piece(uint32_t id) const;

  // Appends the ids of `line`, which must be valid UTF-8. Caches words.
  void Encode(std::string_view line, std::vector<uint32_t>* ids) const;

  // As Encode, computed by SentencePiece for the whole line, which must not contain U+2581. For
  // tests and benchmarks of Encode.
  void EncodeAtOnce(std::string_view line, std::vector<uint32_t>* ids) const;

  // Whether words are encoded without SentencePiece, which is several times faster. True for every
  // model made by Train.
  bool encodes_words_itself() const;

  // The parts of `line` that become <unk>, normalized.
  std::vector<std::string> UnknownParts(std::string_view line) const;

  // Whether Encode adds a space before the line.
  bool puts_space_before() const;

 private:
  struct State;
  explicit SentencePiece(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace elman
