#include "data/text/example_rules.h"

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/format/utf8.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"
#include "data/text/text_file.h"
#include "data/text/vocabulary.h"

namespace elman {
namespace {

// The line of the chunk that contains `part`.
size_t LineOf(const TextChunk& chunk, std::string_view part) {
  const size_t offset = static_cast<size_t>(part.data() - chunk.text.data());
  size_t line = 0;
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    if (chunk.lines[i].begin <= offset) line = i;
  }
  return line;
}

absl::Status Invalid(const TextChunk& chunk, std::string_view part) {
  constexpr size_t kShownBefore = 20, kMaxShown = 40;
  const size_t line = LineOf(chunk, part);
  const std::string_view text = chunk.line(line);
  size_t at = 0;
  while (at < text.size() && DecodeUtf8(text.substr(at)).valid)
    at += static_cast<size_t>(DecodeUtf8(text.substr(at)).size);
  const size_t begin = at > kShownBefore ? at - kShownBefore : 0;
  return absl::InvalidArgumentError(
      absl::StrCat(chunk.PlaceOf(line), ": expected UTF-8, found other bytes at byte ", at + 1,
                   " of the line, '", EscapedPiece(text.substr(begin, kMaxShown)),
                   "'; convert the file from its encoding, for example Latin-1: ",
                   CommandOn("iconv -f LATIN1 -t UTF-8 FILE > TEXT", chunk.files[0]),
                   "; or use --on_invalid=replace or --on_invalid=skip"));
}

bool HasNul(std::string_view text) { return text.find('\0') != text.npos; }

// Whether --on_invalid does not apply to a text.
bool IsValid(std::string_view text) { return IsValidUtf8(text) && !HasNul(text); }

std::string ReplaceInvalid(std::string_view text) {
  std::string replaced;
  for (;;) {
    const size_t nul = text.find('\0');
    replaced += ReplaceInvalidUtf8(text.substr(0, nul));
    if (nul == text.npos) return replaced;
    AppendUtf8(kReplacementCharacter, &replaced);
    text.remove_prefix(nul + 1);
  }
}

// Text has no NUL bytes. The user chooses with SKIP and REPLACE how to handle examples that do.
absl::Status CheckNulBytes(const ExampleRules& rules, const TextChunk& chunk) {
  const bool wanted =
      rules.on_invalid == PreprocessSpec::SKIP || rules.on_invalid == PreprocessSpec::REPLACE;
  if (wanted || !HasNul(chunk.text)) return absl::OkStatus();
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    if (!HasNul(chunk.line(i))) continue;
    const absl::Status status = NulByteAt(chunk.PlaceOf(i));
    return absl::Status(
        status.code(),
        absl::StrCat(status.message(), "; or use --on_invalid=replace or --on_invalid=skip"));
  }
  return absl::OkStatus();
}

class Reading {
 public:
  Reading(const ExampleRules& rules, const TextChunk& chunk,
          const std::function<void(const TextExample&)>& visit, LeftOut* left_out)
      : rules_(rules), chunk_(chunk), visit_(visit), left_out_(left_out) {}

  void Read(const TextExample& example) {
    const CorpusPart& part = rules_.part;
    const bool divided = part.begin > 0 || part.end < part.whole;
    if (!status_.ok() || (divided && !part.Has(ContentHash(rules_.task, example)))) return;
    const std::string_view* invalid =
        rules_.on_invalid == PreprocessSpec::KEEP ? nullptr : FirstInvalid(example);
    if (invalid == nullptr) return visit_(example);
    if (rules_.on_invalid == PreprocessSpec::FAIL) {
      status_ = Invalid(chunk_, *invalid);
      return;
    }
    ++left_out_->invalid_examples;
    if (rules_.on_invalid == PreprocessSpec::REPLACE) VisitReplaced(example);
  }

  const absl::Status& status() const { return status_; }

 private:
  static const std::string_view* FirstInvalid(const TextExample& example) {
    for (const auto& field : example.fields) {
      const auto found = std::ranges::find_if_not(field, IsValid);
      if (found != field.end()) return &*found;
    }
    return nullptr;
  }

  void VisitReplaced(const TextExample& example) {
    TextExample replaced = example;
    replaced.original = &example;
    replaced_.clear();
    for (auto& field : replaced.fields) {
      for (std::string_view& text : field) {
        if (!IsValid(text)) text = replaced_.emplace_back(ReplaceInvalid(text));
      }
    }
    visit_(replaced);
  }

  const ExampleRules& rules_;
  const TextChunk& chunk_;
  const std::function<void(const TextExample&)>& visit_;
  LeftOut* const left_out_;
  absl::Status status_;
  std::deque<std::string> replaced_;  // replaced texts of the current example
};

}  // namespace

uint64_t ContentHash(Task task, const TextExample& example) {
  if (task != TAGGING) return Hash64(example.fields[0][0]);
  thread_local std::string words;
  words.clear();
  for (const std::string_view word : example.fields[0]) words.append(word).push_back('\n');
  return Hash64(words);
}

absl::Status ReadExamples(const ExampleRules& rules, const TextChunk& chunk,
                          const std::function<void(const TextExample&)>& visit, LeftOut* left_out) {
  RETURN_IF_ERROR(CheckNulBytes(rules, chunk));
  Reading reading(rules, chunk, visit, left_out);
  LeftOut others;
  RETURN_IF_ERROR(ParseExamples(
      rules.task, rules.columns, chunk, [&](const TextExample& example) { reading.Read(example); },
      &others));
  if (rules.part.begin == 0) left_out->Add(others);
  return reading.status();
}

}  // namespace elman
