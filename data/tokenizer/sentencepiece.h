// SentencePiece (Kudo and Richardson, 2018) behind types of the standard library: its headers and
// those of Abseil cannot stand in one source file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

inline constexpr uint32_t kByteValues = 256;

std::string SentencePieceVersion();

struct SentencePieceOptions {
  bool unigram = false;  // else byte-pair encoding
  int vocab_size = 0;    // upper bound; a small corpus gives fewer pieces
};

// A trained model. Pieces of our own: <unk>, </s>, one a byte (<0x00> ... <0xFF>), then those
// learned. A space is written U+2581 in a piece, and stands before a word; one is put before each
// line. Characters without a piece become bytes, so that nothing is unknown and every valid UTF-8
// text comes back as it was. Safe for any number of threads.
class SentencePiece {
 public:
  // Trains on `lines`, valid UTF-8, and returns the bytes of the model: the same for the same lines
  // and options, whatever the machine's number of cores. Empty on failure; then `error` is one line
  // that says what to do.
  static std::string Train(const std::vector<std::string>& lines,
                           const SentencePieceOptions& options, std::string* error);

  // Of a model that Train made. Null on failure.
  static std::unique_ptr<SentencePiece> Load(std::string_view model, std::string* error);
  // Of any model, however trained and normalizing. Pieces: its own in their order, the unknown one
  // as <unk> and the end of a sentence as </s>, which comes last where it has none. Left out is
  // what no text becomes: its other control pieces and unused ones. Pieces of text that are called
  // as a special one (<pad>) count as unknown.
  static std::unique_ptr<SentencePiece> LoadAny(std::string_view model, std::string* error);
  ~SentencePiece();

  uint32_t size() const;
  const std::string& piece(uint32_t id) const;

  // Appends the ids of `line`, which must be valid UTF-8. Words met before are remembered.
  void Encode(std::string_view line, std::vector<uint32_t>* ids) const;

  // The same for a line without U+2581, as SentencePiece by itself does it: what Encode is checked
  // and timed against.
  void EncodeAtOnce(std::string_view line, std::vector<uint32_t>* ids) const;

  // Whether words are encoded without the library, several times as fast: those of any model that
  // Train made.
  bool encodes_words_itself() const;

  // The parts of `line` that become <unk>, normalized.
  std::vector<std::string> UnknownParts(std::string_view line) const;

  // Whether Encode puts a space before the line, as if other words stood there.
  bool puts_space_before() const;

 private:
  struct State;
  explicit SentencePiece(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace elman
