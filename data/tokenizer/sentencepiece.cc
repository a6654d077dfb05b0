#include "data/tokenizer/sentencepiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "data/format/utf8.h"
#include "data/text/piece_table.h"
#include "data/tokenizer/subword_encoder.h"

namespace elman {
namespace {

constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581

// Strings that look like SentencePiece's marks or like special pieces. No learned piece may contain
// one, so they are replaced with a space for training. Texts that contain them are encoded with
// smaller pieces, without loss.
constexpr std::string_view kReserved[] = {
    kSpaceMark, "\xe2\x96\x85", "<unk>", "<s>", "</s>", "<pad>", "<0x",
};

bool IsNameOfSpecial(std::string_view piece) {
  return piece == "<unk>" || piece == "<s>" || piece == "</s>" || piece == "<pad>";
}

std::string WithoutReserved(std::string line) {
  for (const std::string_view mark : kReserved) {
    for (size_t at = line.find(mark); at != std::string::npos; at = line.find(mark, at)) {
      line.replace(at, mark.size(), 1, ' ');
    }
  }
  return line;
}

// SentencePiece's BPE training ends the process on a word of 65,536 characters. Longer words than
// this limit in bytes, such as base64 data or a page without spaces, are divided for training.
constexpr size_t kLongestWord = 4096;

std::string InShortWords(std::string_view line) {
  std::string words;
  words.reserve(line.size() + line.size() / kLongestWord);
  size_t length = 0;
  for (const char byte : line) {
    if (byte == ' ') {
      length = 0;
    } else if (++length > kLongestWord && !ContinuesCharacter(byte)) {
      words += ' ';
      length = 1;
    }
    words += byte;
  }
  return words;
}

// A cache of the ids of words, per thread. Words repeat in text, and a look-up is tens of times
// faster than SentencePiece.
class WordCache {
 public:
  // The ids of `word` in the model `serial`; calls `encode` if they are not cached. Valid until the
  // next call.
  template <typename Encode>
  std::span<const uint32_t> Find(uint64_t serial, std::string_view word, const Encode& encode) {
    if (serial != serial_ || words_.size() >= kMaxWords || ids_.size() >= kMaxIds) Clear();
    serial_ = serial;
    const uint32_t number = words_.FindOrAdd(word);
    if (number == ends_.size() - 1) {
      encode(word, &ids_);
      ends_.push_back(static_cast<uint32_t>(ids_.size()));
    }
    return std::span(ids_).subspan(ends_[number], ends_[number + 1] - ends_[number]);
  }

 private:
  static constexpr size_t kMaxWords = size_t{1} << 19;  // about 40 MB
  static constexpr size_t kMaxIds = size_t{1} << 22;

  void Clear() {
    words_.Clear();
    ids_.clear();
    ends_.assign(1, 0);
  }

  uint64_t serial_ = 0;
  PieceTable words_;
  std::vector<uint32_t> ids_;  // of all words, concatenated
  std::vector<uint32_t> ends_ = {0};
};

class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& lines) : lines_(lines) { Prepare(); }
  bool done() const override { return next_ == lines_.size(); }
  void Next() override {
    ++next_;
    Prepare();
  }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void Prepare() {
    if (!done()) value_ = InShortWords(WithoutReserved(lines_[next_]));
  }

  const std::vector<std::string>& lines_;
  size_t next_ = 0;
  std::string value_;
};

// Removes the begin of SentencePiece's messages: the source location and the condition that failed,
// in brackets.
std::string Readable(const sentencepiece::util::Status& status) {
  std::string message = status.ToString();
  if (const size_t bracket = message.rfind("] "); bracket != std::string::npos) {
    message = message.substr(bracket + 2);
    if (message.empty()) message = "the file has another format";
  }
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message;
}

}  // namespace

std::string SentencePieceVersion() { return ELMAN_SENTENCEPIECE_VERSION; }

struct SentencePiece::State {
  const uint64_t serial = next_serial++;  // identifies a model within the process
  sentencepiece::SentencePieceProcessor processor;
  std::vector<std::string> pieces;
  std::array<uint32_t, kByteValues> byte_ids = {};
  std::vector<uint32_t> space_ids;  // a space before another space or the end
  // For models not made by Train: our ids by the ids of the model; otherwise empty.
  std::vector<uint32_t> ids_of_any;
  bool puts_space_before = true;

  std::optional<SubwordEncoder> encoder;  // for words, if it gives the same ids as the processor

  void UseEncoder();

  // Appends the ids of a word.
  void EncodeWord(std::string_view word, std::vector<uint32_t>* ids) const {
    if (!encoder || word.size() + kSpaceMark.size() > SubwordEncoder::kMaxWordBytes) {
      Encode(word, ids);
      return;
    }
    char marked[SubwordEncoder::kMaxWordBytes];
    std::memcpy(marked, kSpaceMark.data(), kSpaceMark.size());
    std::memcpy(marked + kSpaceMark.size(), word.data(), word.size());
    encoder->Encode(std::string_view(marked, kSpaceMark.size() + word.size()), ids);
  }

  // Appends the ids of a text as computed by the processor.
  void Encode(std::string_view text, std::vector<uint32_t>* ids) const {
    std::vector<int> encoded;
    (void)processor.Encode(text, &encoded);
    ids->insert(ids->end(), encoded.begin(), encoded.end());
  }

  static inline std::atomic<uint64_t> next_serial{1};
};

std::string SentencePiece::Train(const std::vector<std::string>& lines,
                                 const SentencePieceOptions& options, std::string* error) {
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", options.unigram ? "unigram" : "bpe"},
      {"vocab_size", std::to_string(options.vocab_size)},
      {"hard_vocab_limit", "false"},
      {"unk_id", "0"},
      {"eos_id", "1"},
      {"bos_id", "-1"},
      {"pad_id", "-1"},
      {"byte_fallback", "true"},
      {"character_coverage", "0.9995"},
      {"split_digits", "true"},
      {"normalization_rule_name", "identity"},
      {"remove_extra_whitespaces", "false"},
      {"add_dummy_prefix", "true"},
      // Longer lines would be ignored silently; ours have at most 1 MiB.
      {"max_sentence_length", "16777216"},
      // The sums of the training depend on it, so it must not depend on the machine.
      {"num_threads", "4"},
      {"minloglevel", "2"},
  };
  std::string model;
  Lines iterator(lines);
  const sentencepiece::util::Status status =
      sentencepiece::SentencePieceTrainer::Train(settings, &iterator, &model);
  if (status.ok() && !model.empty()) return model;
  // Its remedies name options that Elman does not have.
  std::string reason = Readable(status);
  reason.resize(std::min(reason.find(" Increase "), reason.size()));
  *error = "SentencePiece cannot make " + std::to_string(options.vocab_size) +
           " tokens from this corpus: " + reason +
           " 256 tokens are bytes, 2 are special, and every frequent character needs one; increase "
           "--vocab_size, or use more text";
  return "";
}

std::unique_ptr<SentencePiece> SentencePiece::Load(std::string_view model, std::string* error) {
  auto state = std::make_unique<State>();
  const sentencepiece::util::Status status = state->processor.LoadFromSerializedProto(model);
  if (!status.ok()) {
    *error = Readable(status);
    return nullptr;
  }
  int bytes = 0;
  for (int id = 0; id < state->processor.GetPieceSize(); ++id) {
    state->pieces.push_back(state->processor.IdToPiece(id));
    unsigned value = 0;
    if (state->processor.IsByte(id) &&
        std::sscanf(state->pieces.back().c_str(), "<0x%2X>", &value) == 1) {
      state->byte_ids[value] = static_cast<uint32_t>(id);
      ++bytes;
    }
  }
  if (bytes != kByteValues) {
    *error = "it has " + std::to_string(bytes) + " pieces for bytes, expected 256";
    return nullptr;
  }
  // With the space that SentencePiece adds, these are two.
  state->Encode(" ", &state->space_ids);
  state->space_ids.resize(state->space_ids.size() / 2);
  state->UseEncoder();
  return std::unique_ptr<SentencePiece>(new SentencePiece(std::move(state)));
}

// A model may have features that SubwordEncoder does not support: pieces of special kinds, or
// normalization rules. It is used only if it encodes all pieces of the model as the processor does.
void SentencePiece::State::UseEncoder() {
  constexpr size_t kMaxChecked = 4096;
  std::vector<SubwordEncoder::LearnedPiece> learned;
  bool unigram = false;
  for (int id = 0; id < processor.GetPieceSize(); ++id) {
    if (processor.IsUnknown(id) || processor.IsControl(id) || processor.IsByte(id)) continue;
    if (processor.IsUnused(id)) return;
    // In byte-pair encoding, the score is the negative index of the merge.
    unigram = unigram || processor.GetScore(id) != -static_cast<float>(learned.size());
    learned.push_back({pieces[id], processor.GetScore(id), static_cast<uint32_t>(id)});
  }
  encoder.emplace(unigram, learned, byte_ids);
  std::vector<uint32_t> ours, theirs;
  const auto agree = [&](std::string_view word) {
    ours.clear();
    theirs.clear();
    EncodeWord(word, &ours);
    Encode(word, &theirs);
    return ours == theirs;
  };
  // Texts that normalization changes.
  bool same = agree("\xef\xac\x81\xc2\xb2") && agree("A\xcc\x88");
  for (size_t i = 0; same && i < learned.size(); i += learned.size() / kMaxChecked + 1) {
    std::string_view text = learned[i].text;
    if (text.starts_with(kSpaceMark)) text.remove_prefix(kSpaceMark.size());
    const bool is_word = !text.empty() && text.find(kSpaceMark) == std::string_view::npos;
    if (is_word) same = agree(text);
  }
  if (!same) encoder.reset();
}

std::unique_ptr<SentencePiece> SentencePiece::LoadAny(std::string_view model, std::string* error) {
  auto state = std::make_unique<State>();
  const sentencepiece::SentencePieceProcessor& processor = state->processor;
  if (const auto status = state->processor.LoadFromSerializedProto(model); !status.ok()) {
    *error = Readable(status);
    return nullptr;
  }
  uint32_t unknown = 0;
  std::vector<bool> taken_for_unknown(static_cast<size_t>(processor.GetPieceSize()));
  for (int id = 0; id < processor.GetPieceSize(); ++id) {
    const uint32_t next = static_cast<uint32_t>(state->pieces.size());
    const std::string& piece = processor.IdToPiece(id);
    state->ids_of_any.push_back(next);
    if (id == processor.eos_id()) {
      state->pieces.emplace_back("</s>");
    } else if (processor.IsUnknown(id)) {
      unknown = next;
      state->pieces.emplace_back("<unk>");
    } else if (processor.IsControl(id) || processor.IsUnused(id) || IsNameOfSpecial(piece)) {
      taken_for_unknown[static_cast<size_t>(id)] = true;
    } else {
      state->pieces.push_back(piece);
    }
  }
  for (size_t id = 0; id < taken_for_unknown.size(); ++id) {
    if (taken_for_unknown[id]) state->ids_of_any[id] = unknown;
  }
  if (processor.eos_id() < 0) state->pieces.emplace_back("</s>");
  std::vector<std::string> pieces;
  (void)processor.Encode("a", &pieces);
  state->puts_space_before = !pieces.empty() && pieces[0].starts_with(kSpaceMark);
  return std::unique_ptr<SentencePiece>(new SentencePiece(std::move(state)));
}

SentencePiece::SentencePiece(std::unique_ptr<State> state) : state_(std::move(state)) {}
SentencePiece::~SentencePiece() = default;

uint32_t SentencePiece::size() const { return static_cast<uint32_t>(state_->pieces.size()); }
const std::string& SentencePiece::piece(uint32_t id) const { return state_->pieces[id]; }

bool SentencePiece::puts_space_before() const { return state_->puts_space_before; }

std::vector<std::string> SentencePiece::UnknownParts(std::string_view line) const {
  std::vector<int> ids;
  std::vector<std::string> pieces, unknown;
  (void)state_->processor.Encode(line, &ids);
  (void)state_->processor.Encode(line, &pieces);
  for (size_t i = 0; i < ids.size() && i < pieces.size(); ++i) {
    if (!state_->processor.IsUnknown(ids[i]) && !IsNameOfSpecial(pieces[i])) continue;
    if (std::string_view part = pieces[i]; part.starts_with(kSpaceMark)) {
      pieces[i].erase(0, kSpaceMark.size());
    }
    if (!pieces[i].empty()) unknown.push_back(pieces[i]);
  }
  return unknown;
}

void SentencePiece::Encode(std::string_view line, std::vector<uint32_t>* ids) const {
  // Normalization may join or cut words, and pieces may contain spaces.
  if (!state_->ids_of_any.empty()) {
    std::vector<int> pieces;
    (void)state_->processor.Encode(line, &pieces);
    for (const int id : pieces) ids->push_back(state_->ids_of_any[static_cast<size_t>(id)]);
    return;
  }
  // A literal U+2581 would be decoded as a space. From the first one on, the line is encoded as
  // bytes.
  const std::string_view head = line.substr(0, line.find(kSpaceMark));
  // No piece extends over the space before a word, so words are encoded separately.
  thread_local WordCache cache;
  for (size_t begin = 0; !head.empty() && begin <= head.size();) {
    const size_t end = std::min(head.find(' ', begin), head.size());
    const std::string_view word = head.substr(begin, end - begin);
    const std::span<const uint32_t> encoded =
        word.empty() ? state_->space_ids
                     : cache.Find(state_->serial, word,
                                  [this](std::string_view unknown, std::vector<uint32_t>* found) {
                                    state_->EncodeWord(unknown, found);
                                  });
    ids->insert(ids->end(), encoded.begin(), encoded.end());
    begin = end + 1;
  }
  for (const char byte : line.substr(head.size())) {
    ids->push_back(state_->byte_ids[static_cast<unsigned char>(byte)]);
  }
}

void SentencePiece::EncodeAtOnce(std::string_view line, std::vector<uint32_t>* ids) const {
  state_->Encode(line, ids);
}

bool SentencePiece::encodes_words_itself() const { return state_->encoder.has_value(); }

}  // namespace elman
