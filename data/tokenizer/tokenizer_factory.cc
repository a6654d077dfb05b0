#include "data/tokenizer/tokenizer_factory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/format/utf8.h"
#include "data/tokenizer/sentencepiece.h"
#include "data/tokenizer/splitter.h"
#include "data/tokenizer/wordpiece.h"

namespace elman {
namespace {

// Splits into pieces and looks them up.
class LookupTokenizer : public Tokenizer {
 public:
  LookupTokenizer(Splitter split, const Vocabulary& vocabulary)
      : split_(split), vocabulary_(vocabulary) {}

  void Encode(std::string_view line, std::vector<uint32_t>* ids) const override {
    thread_local std::vector<std::string_view> pieces;
    pieces.clear();
    split_(line, &pieces);
    size_t end = ids->size();
    ids->resize(end + pieces.size());
    for (const std::string_view piece : pieces) (*ids)[end++] = vocabulary_.Find(piece);
  }
  void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const override {
    std::vector<std::string_view> pieces;
    split_(line, &pieces);
    for (const std::string_view piece : pieces) {
      if (vocabulary_.Find(piece) == vocabulary_.unknown_id()) visit(piece);
    }
  }

 private:
  const Splitter split_;
  const Vocabulary& vocabulary_;
};

// The id of a byte is its value.
class ByteTokenizer : public Tokenizer {
 public:
  void Encode(std::string_view line, std::vector<uint32_t>* ids) const override {
    for (const char byte : line) ids->push_back(static_cast<unsigned char>(byte));
  }
  void VisitUnknown(std::string_view, const UnknownVisitor&) const override {}
};

class SentencePieceTokenizer : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(std::unique_ptr<SentencePiece> model)
      : model_(std::move(model)) {}

  void Encode(std::string_view line, std::vector<uint32_t>* ids) const override {
    if (IsValidUtf8(line)) {
      model_->Encode(line, ids);
    } else {
      model_->Encode(ReplaceInvalidUtf8(line), ids);
    }
  }
  void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const override {
    for (const std::string& part : model_->UnknownParts(ReplaceInvalidUtf8(line))) visit(part);
  }
  bool puts_space_before() const override { return model_->puts_space_before(); }

 private:
  const std::unique_ptr<SentencePiece> model_;
};

class LowerCaseTokenizer : public Tokenizer {
 public:
  explicit LowerCaseTokenizer(std::unique_ptr<Tokenizer> tokenizer)
      : tokenizer_(std::move(tokenizer)) {}

  void Encode(std::string_view line, std::vector<uint32_t>* ids) const override {
    tokenizer_->Encode(LowerCase(line), ids);
  }
  void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const override {
    tokenizer_->VisitUnknown(LowerCase(line), visit);
  }
  bool puts_space_before() const override { return tokenizer_->puts_space_before(); }

 private:
  const std::unique_ptr<Tokenizer> tokenizer_;
};

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateByteTokenizer(const Vocabulary& vocabulary) {
  bool bytes = vocabulary.predicted_size() == kByteValues + 1;
  for (uint32_t id = 0; bytes && id < kByteValues; ++id) {
    bytes = vocabulary.piece(id) == std::string(1, static_cast<char>(id));
  }
  if (!bytes) return absl::DataLossError("expected the vocabulary of a byte tokenizer");
  return std::unique_ptr<Tokenizer>(new ByteTokenizer());
}

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateSentencePieceTokenizer(
    TokenizerSpec::Kind kind, const Vocabulary& vocabulary, std::string_view model) {
  std::string error;
  std::unique_ptr<SentencePiece> pieces = kind == TokenizerSpec::SENTENCEPIECE
                                              ? SentencePiece::LoadAny(model, &error)
                                              : SentencePiece::Load(model, &error);
  if (pieces == nullptr) {
    return absl::DataLossError(absl::StrCat("SentencePiece cannot read tokenizer.model: ", error));
  }
  bool same = pieces->size() == vocabulary.predicted_size();
  for (uint32_t id = 0; same && id < pieces->size(); ++id) {
    same = pieces->piece(id) == vocabulary.piece(id);
  }
  if (!same) {
    return absl::DataLossError("tokenizer.model and vocabulary.txt have different tokens");
  }
  return std::unique_ptr<Tokenizer>(new SentencePieceTokenizer(std::move(pieces)));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateByKind(const TokenizerSpec& spec,
                                                        const Vocabulary& vocabulary,
                                                        std::string_view model) {
  const TokenizerSpec::Kind kind = spec.kind();
  switch (kind) {
    case TokenizerSpec::WORD:
    case TokenizerSpec::WHITESPACE:
    case TokenizerSpec::CHARACTER:
      return std::unique_ptr<Tokenizer>(new LookupTokenizer(SplitterOf(kind), vocabulary));
    case TokenizerSpec::BYTE:
      return CreateByteTokenizer(vocabulary);
    case TokenizerSpec::BPE:
    case TokenizerSpec::UNIGRAM:
    case TokenizerSpec::SENTENCEPIECE:
      return CreateSentencePieceTokenizer(kind, vocabulary, model);
    case TokenizerSpec::WORDPIECE:
      return CreateWordPieceTokenizer(vocabulary, spec.lowercase());
    default:
      return absl::InvalidArgumentError(absl::StrCat("tokenizer kind ", static_cast<int>(kind),
                                                     " is unknown to this version of Elman"));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(const TokenizerSpec& spec,
                                                           const Vocabulary& vocabulary,
                                                           std::string_view model) {
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = CreateByKind(spec, vocabulary, model);
  // WordPiece has its own lower case, which also removes accents.
  const bool lowers = spec.lowercase() && spec.kind() != TokenizerSpec::WORDPIECE;
  if (!tokenizer.ok() || !lowers) return tokenizer;
  return std::unique_ptr<Tokenizer>(new LowerCaseTokenizer(std::move(*tokenizer)));
}

}  // namespace elman
