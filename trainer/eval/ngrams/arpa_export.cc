#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/format/utf8.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"
#include "trainer/eval/ngrams/arpa.h"

namespace elman {
namespace {

// Returns whether a character separates words, or might in other programs.
bool Separates(const DecodedCharacter& character) {
  return !character.valid || character.code <= ' ' || character.code == 0x7f;
}

}  // namespace

std::string ArpaSpelling(std::string_view piece) {
  bool plain = piece.find("\\x") == std::string_view::npos;
  std::string escaped;
  for (std::string_view rest = piece; !rest.empty();) {
    const DecodedCharacter character = DecodeUtf8(rest);
    const std::string_view bytes = rest.substr(0, static_cast<size_t>(character.size));
    rest.remove_prefix(bytes.size());
    plain &= !Separates(character);
    if (!Separates(character) && character.code != '\\') {
      escaped += bytes;
      continue;
    }
    for (const char byte : bytes)
      absl::StrAppend(&escaped, "\\x", absl::Hex(static_cast<uint8_t>(byte), absl::kZeroPad2));
  }
  return plain ? std::string(piece) : escaped;
}

absl::Status ExportArpa(const NgramTable& table, const Vocabulary& vocabulary,
                        const std::string& path) {
  std::vector<std::string> spelled;
  for (uint32_t id = 0; id < vocabulary.size(); ++id)
    spelled.push_back(ArpaSpelling(vocabulary.piece(id)));
  // <pad> is internal to Elman.
  const auto for_each = [&](int order, const NgramTable::Visit& visit) {
    return table.ForEach(order, [&](std::span<const uint32_t> tokens, float probability,
                                    std::optional<float> backoff) {
      if (tokens[0] == vocabulary.pad_id()) return absl::OkStatus();
      return visit(tokens, probability, backoff);
    });
  };
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::string text = "\\data\\\n";
  for (int order = 1; order <= table.order(); ++order) {
    uint64_t ngrams = order == 1 ? 0 : table.ngrams(order);
    if (order == 1) {
      RETURN_IF_ERROR(for_each(1, [&](auto, float, auto) { return ++ngrams, absl::OkStatus(); }));
    }
    absl::StrAppend(&text, "ngram ", order, "=", ngrams, "\n");
  }
  RETURN_IF_ERROR(file->Append(text));
  for (int order = 1; order <= table.order(); ++order) {
    RETURN_IF_ERROR(file->Append(absl::StrCat("\n\\", order, "-grams:\n")));
    RETURN_IF_ERROR(for_each(order, [&](std::span<const uint32_t> tokens, float probability,
                                        std::optional<float> backoff) {
      text = RoundTripText(probability);
      for (size_t i = 0; i < tokens.size(); ++i)
        absl::StrAppend(&text, i == 0 ? "\t" : " ", spelled[tokens[i]]);
      if (backoff.has_value()) {
        text += '\t';
        text += RoundTripText(*backoff);
      }
      text += '\n';
      return file->Append(text);
    }));
  }
  RETURN_IF_ERROR(file->Append("\n\\end\\\n"));
  return file->Publish();
}

}  // namespace elman
