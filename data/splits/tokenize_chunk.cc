#include "data/splits/tokenize_chunk.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "data/format/characters.h"
#include "data/format/utf8.h"
#include "data/io/status_macros.h"
#include "data/splits/text_notices.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/detokenizer.h"

namespace elman {
namespace {

using Field = SpooledExamples::Field;

bool IsValid(const TextExample& example) {
  for (const auto& field : example.fields) {
    if (!std::ranges::all_of(field, IsValidUtf8)) return false;
  }
  return true;
}

// Ends the example that began at index `begin` of the ids.
void Close(size_t begin, uint64_t words, uint64_t bytes, Field* field) {
  field->lengths.push_back(static_cast<uint32_t>(field->ids.size() - begin));
  field->words.push_back(static_cast<uint32_t>(words));
  field->bytes.push_back(static_cast<uint32_t>(bytes));
}

class ChunkEncoder {
 public:
  ChunkEncoder(const ExampleCoding& coding, const TextChunk& chunk, TokenizedChunk* tokenized)
      : coding_(coding), chunk_(chunk), tokenized_(tokenized) {}

  void Add(const TextExample& example) {
    const Task task = coding_.rules.task;
    const size_t before = fields()[0].lengths.size();
    if (IsRunningText(task)) {
      AddLine(example);
    } else {
      if (!IsValid(example)) ++tokenized_->statistics.invalid_examples;
      if (task == TAGGING) AddSentence(example);
      if (task == CLASSIFICATION) AddLabelled(example);
      if (task == TRANSLATION) AddPair(example);
    }
    if (coding_.hash_contents && fields()[0].lengths.size() > before &&
        fields()[0].words.back() > 0)
      tokenized_->statistics.content_hashes.push_back(ContentHash(task, example));
  }

 private:
  void AddLine(const TextExample& example) {
    const std::string_view whole = example.fields[0][0];
    const uint64_t words = CountWords(whole);
    if (words == 0 && example.ends && !example.continues && !coding_.keep_empty_lines) {
      ++tokenized_->statistics.left_out.empty_lines;
      return;
    }
    if (!IsValidUtf8(whole)) ++tokenized_->statistics.invalid_examples;
    // A subword tokenizer adds a space before its input. Here it stands for the space at which the
    // line was cut.
    std::string_view text = whole;
    if (example.continues && text.substr(0, 1) == " " && tokenizer(0).puts_space_before()) {
      text.remove_prefix(1);
    }
    Field* field = &fields()[0];
    const size_t begin = field->ids.size();
    tokenizer(0).Encode(text, &field->ids);
    const size_t text_end = field->ids.size();
    CountUnknown(0, text, begin, text_end);
    if (example.ends) field->ids.push_back(vocabulary(0).end_id());
    if (field->ids.size() == begin) return;  // skip: part of a line with white space only
    const std::string_view raw = example.raw(0)[0];
    if (coding_.raw_text == RawTextHeader::UNKNOWN_WORDS)
      KeepUnknownWords(text, raw, std::span(field->ids).subspan(begin, text_end - begin));
    tokenized_->examples.lines.push_back(EndedBefore(example.line));
    Close(begin, words, raw.size() + (example.ends ? 1 : 0), field);
  }

  // Keeps the words of a line that became <unk>, and counts the other information of the raw line
  // that its ids lose.
  void KeepUnknownWords(std::string_view text, std::string_view raw,
                        std::span<const uint32_t> ids) {
    const auto unknown = static_cast<size_t>(std::ranges::count(ids, vocabulary(0).unknown_id()));
    unknown_words_.clear();
    if (unknown > 0) {
      tokenizer(0).VisitUnknown(text,
                                [&](std::string_view word) { unknown_words_.emplace_back(word); });
    }
    // Exactly one per <unk>, also for imported models with several unknown pieces.
    unknown_words_.resize(unknown);
    for (const std::string& word : unknown_words_) KeepText(word);
    tokenized_->examples.texts.examples.push_back(static_cast<uint32_t>(unknown));
    tokenized_->statistics.restoration.Add(
        raw, Detokenize(coding_.fields[0].kind, vocabulary(0), ids, unknown_words_));
  }

  void KeepText(std::string_view text) {
    SpooledExamples::Texts& texts = tokenized_->examples.texts;
    texts.sizes.push_back(static_cast<uint32_t>(text.size()));
    texts.bytes.append(text);
  }

  // Number of lines of the chunk that end before `line`. Calls must have ascending lines.
  uint32_t EndedBefore(size_t line) {
    for (; seen_lines_ < line; ++seen_lines_) ended_lines_ += chunk_.lines[seen_lines_].ends;
    return ended_lines_;
  }

  void AddSentence(const TextExample& example) {
    Field* text = &fields()[0];
    Field* tags = &fields()[1];
    const std::vector<std::string_view>& words = example.fields[0];
    const size_t begin = text->ids.size(), first_tag = tags->ids.size();
    word_begins_.clear();
    for (const std::string_view word : words) {
      word_begins_.push_back(text->ids.size());
      EncodeWord(tokenizer(0), vocabulary(0), word, &text->ids);
    }
    if (!FitLengths({{begin, first_tag}})) return;
    const size_t end = text->ids.size();
    size_t kept = words.size();
    while (kept > 0 && word_begins_[kept - 1] >= end) --kept;
    word_begins_.push_back(end);
    uint64_t text_bytes = 0, tag_bytes = 0;
    for (size_t i = 0; i < kept; ++i) {
      const std::string_view tag = example.fields[1][i];
      const size_t word_end = std::min(word_begins_[i + 1], end);
      CountUnknown(0, words[i], word_begins_[i], word_end);
      tags->ids.push_back(LabelId(tag));
      tags->ids.resize(first_tag + (word_end - begin), vocabulary(1).no_label_id());
      text_bytes += example.raw(0)[i].size() + 1;
      tag_bytes += tag.size() + 1;
    }
    tokenized_->statistics.tag_pairs.AddSentence(example.fields[1]);
    Close(begin, kept, text_bytes, text);
    Close(first_tag, kept, tag_bytes, tags);
  }

  void AddLabelled(const TextExample& example) {
    const std::string_view whole = example.fields[0][0], label = example.fields[1][0];
    Field* text = &fields()[0];
    Field* labels = &fields()[1];
    const size_t begin = text->ids.size();
    tokenizer(0).Encode(whole, &text->ids);
    if (text->ids.size() == begin) {  // Unicode white space
      ++tokenized_->statistics.left_out.empty_lines;
      return;
    }
    if (!FitLengths({{begin, labels->ids.size()}})) return;
    CountUnknown(0, whole, begin, text->ids.size());
    Close(begin, CountWords(whole), example.raw(0)[0].size() + 1, text);
    labels->ids.push_back(LabelId(label));
    Close(labels->ids.size() - 1, 1, label.size() + 1, labels);
  }

  void AddPair(const TextExample& example) {
    std::array<size_t, 2> begins;
    for (int i = 0; i < 2; ++i) {
      Field* field = &fields()[i];
      begins[i] = field->ids.size();
      tokenizer(i).Encode(example.fields[i][0], &field->ids);
      field->ids.push_back(vocabulary(i).end_id());
    }
    if (!FitLengths(begins)) return;
    for (int i = 0; i < 2; ++i) {
      const std::string_view whole = example.fields[i][0];
      CountUnknown(i, whole, begins[i], fields()[i].ids.size());
      Close(begins[i], CountWords(whole), example.raw(i)[0].size() + 1, &fields()[i]);
    }
    if (coding_.raw_text != RawTextHeader::REFERENCE) return;
    KeepText(example.raw(1)[0]);
    tokenized_->examples.texts.examples.push_back(1);
  }

  // Applies the length rules to an example whose first two fields begin at the indices `begins` of
  // the ids. Returns false if the example is too long and its ids were removed.
  bool FitLengths(const std::array<size_t, 2>& begins) {
    const uint64_t most = coding_.rules.max_length;
    const auto length = [&](int i) { return fields()[i].ids.size() - begins[i]; };
    if (most == 0 || (length(0) <= most && length(1) <= most)) return true;
    ++tokenized_->statistics.left_out.long_examples;
    const bool drop = coding_.rules.on_long == PreprocessSpec::DROP;
    for (int i = 0; i < 2; ++i) {
      std::vector<uint32_t>& ids = fields()[i].ids;
      if (drop) {
        ids.resize(begins[i]);
      } else if (length(i) > most) {
        ids.resize(begins[i] + most);
        if (TextsEnd(coding_.rules.task)) ids.back() = vocabulary(i).end_id();
      }
    }
    return !drop;
  }

  // Counts the words of `text` that became <unk> among the ids in [begin, end).
  void CountUnknown(int field, std::string_view text, size_t begin, size_t end) {
    if (!coding_.fields[field].count_unknown_words) return;
    const std::vector<uint32_t>& ids = fields()[field].ids;
    const auto last = ids.begin() + static_cast<ptrdiff_t>(end);
    const auto first = ids.begin() + static_cast<ptrdiff_t>(begin);
    if (std::find(first, last, vocabulary(field).unknown_id()) == last) return;
    PieceCounts& counts = tokenized_->statistics.unknown_words[field];
    tokenizer(field).VisitUnknown(text, [&](std::string_view word) { counts.Add(word, 1); });
  }

  uint32_t LabelId(std::string_view label) {
    const uint32_t id = vocabulary(1).Find(label);
    if (id != vocabulary(1).unknown_id()) return id;
    return vocabulary(1).first_unseen_id() + tokenized_->statistics.unseen_labels.Add(label, 1);
  }

  std::vector<Field>& fields() { return tokenized_->examples.fields; }
  const Tokenizer& tokenizer(int field) const { return *coding_.fields[field].tokenizer; }
  const Vocabulary& vocabulary(int field) const { return *coding_.fields[field].vocabulary; }

  const ExampleCoding& coding_;
  const TextChunk& chunk_;
  TokenizedChunk* const tokenized_;
  std::vector<std::string> unknown_words_;  // of the current line
  std::vector<size_t> word_begins_;  // of the current sentence: index of each word's first id
  size_t seen_lines_ = 0;
  uint32_t ended_lines_ = 0;
};

}  // namespace

absl::Status TokenizeChunk(const ExampleCoding& coding, const TextChunk& chunk,
                           TokenizedChunk* tokenized) {
  ChunkStatistics& statistics = tokenized->statistics;
  statistics.Clear(coding.fields.size());
  tokenized->examples.Clear(coding.fields.size());
  tokenized->examples.chunk = chunk.number;
  if (IsRunningText(coding.rules.task))
    tokenized->examples.ended_lines = std::ranges::count_if(chunk.lines, &TextChunk::Line::ends);
  // A divided corpus is read once per part; add the notices only once.
  if (coding.rules.part.begin == 0) AddNotices(coding.rules.task, chunk, &statistics.notices);
  ChunkEncoder encoder(coding, chunk, tokenized);
  RETURN_IF_ERROR(ReadExamples(
      coding.rules, chunk, [&](const TextExample& example) { encoder.Add(example); },
      &statistics.left_out));
  tokenized->examples.notes = statistics.Serialize();
  return absl::OkStatus();
}

}  // namespace elman
