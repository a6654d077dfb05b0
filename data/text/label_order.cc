#include "data/text/label_order.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/io/file_system.h"
#include "data/io/status_macros.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

constexpr uint64_t kMaxListBytes = uint64_t{64} << 20;

absl::StatusOr<std::vector<std::string>> ReadLabelList(const std::string& text) {
  std::vector<std::string> labels;
  if (text.find(',') != std::string::npos && !FileExists(text)) {
    labels = absl::StrSplit(text, ',');
  } else {
    const absl::StatusOr<std::string> file = ReadTextFile(text, kMaxListBytes);
    if (!file.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--label_order=", text, ": expected numeric, bytes, labels separated by commas, or a ",
          "file with one label per line: ", file.status().message()));
    }
    labels = absl::StrSplit(*file, '\n');
  }
  for (std::string& label : labels) absl::StripAsciiWhitespace(&label);
  std::erase(labels, "");
  return labels;
}

// The first labels, for a message.
std::string Shown(const Vocabulary& labels) {
  constexpr uint32_t kMaxShown = 5;
  std::string text;
  for (uint32_t label = 0; label < std::min(labels.size(), kMaxShown); ++label)
    absl::StrAppend(&text, label > 0 ? ", " : "", EscapedPiece(labels.piece(label)));
  return labels.size() > kMaxShown ? text + ", ..." : text;
}

}  // namespace

absl::StatusOr<LabelOrderSpec> ParseLabelOrder(const std::string& text) {
  using Kind = LabelOrderSpec::Kind;
  if (text.empty()) return LabelOrderSpec{};
  if (text == "bytes") return LabelOrderSpec{Kind::kBytes};
  if (text == "numeric") return LabelOrderSpec{Kind::kNumeric};
  LabelOrderSpec order{Kind::kGiven};
  ASSIGN_OR_RETURN(order.given, ReadLabelList(text));
  std::vector<std::string> sorted = order.given;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    return absl::InvalidArgumentError(absl::StrCat("--label_order=", text, ": the label '", *twice,
                                                   "' is listed twice; list every label once"));
  }
  return order;
}

std::optional<double> LabelNumber(std::string_view label) {
  // Not "0x10", "inf" or "nan", which SimpleAtod reads too.
  if (label.find_first_not_of("0123456789+-.eE") != label.npos) return std::nullopt;
  double number = 0;
  const bool read = absl::SimpleAtod(absl::string_view(label.data(), label.size()), &number);
  return read && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool NumericallyBefore(std::string_view a, std::string_view b) {
  const std::optional<double> first = LabelNumber(a), second = LabelNumber(b);
  if (first.has_value() != second.has_value()) return first.has_value();
  return first != second ? first < second : a < b;
}

absl::StatusOr<FieldEntry::LabelOrder> OrderLabels(const LabelOrderSpec& order,
                                                   std::vector<Vocabulary::Entry>* labels) {
  using Kind = LabelOrderSpec::Kind;
  const auto by_bytes = [](const auto& a, const auto& b) { return a.piece < b.piece; };
  const auto word = std::ranges::find_if(
      *labels, [](const auto& label) { return !LabelNumber(label.piece).has_value(); });
  if (order.kind == Kind::kNumeric && word != labels->end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--label_order=numeric: the label '", EscapedPiece(word->piece),
        "' of train is not a number; list all labels: --label_order=LOWEST,...,HIGHEST "
        "or a file"));
  }
  const bool numeric =
      order.kind == Kind::kNumeric || (order.kind == Kind::kDefault && word == labels->end());
  if (order.kind != Kind::kGiven) {
    if (!numeric) {
      std::ranges::sort(*labels, by_bytes);
      return FieldEntry::BYTES;
    }
    std::ranges::sort(
        *labels, [](const auto& a, const auto& b) { return NumericallyBefore(a.piece, b.piece); });
    return FieldEntry::NUMERIC;
  }
  std::map<std::string_view, size_t> places;
  for (size_t i = 0; i < order.given.size(); ++i) places[order.given[i]] = i;
  for (const Vocabulary::Entry& label : *labels) {
    if (places.contains(label.piece)) continue;
    return absl::InvalidArgumentError(absl::StrCat("--label_order does not list the label '",
                                                   EscapedPiece(label.piece),
                                                   "' of train; list every label of train once"));
  }
  std::ranges::sort(*labels, {}, [&](const auto& label) { return places[label.piece]; });
  return FieldEntry::GIVEN;
}

std::string OneLabelWarning(const std::string& folder, const FieldEntry& field) {
  if (field.tokenizer().kind() != TokenizerSpec::LABEL || field.used_types() != 1) return "";
  return absl::StrCat(
      folder,
      ": all examples of train have the same label, so there is nothing to learn. Check the labels "
      "of the corpus, and that --train names the files of all classes");
}

std::string OrdinalWarning(const std::string& folder, const FieldEntry& field,
                           const Vocabulary& labels) {
  if (field.label_order() == FieldEntry::GIVEN) return "";
  const std::string begin = absl::StrCat(
      folder,
      ": an ordinal model requires labels that are ratings in order from the lowest to the ",
      "highest, but the labels are ");
  std::optional<double> before;
  for (uint32_t label = 0; label < labels.size(); ++label) {
    const std::optional<double> number = LabelNumber(labels.piece(label));
    if (!number) {
      return absl::StrCat(begin, "in byte order and are not numbers: ", Shown(labels),
                          ". Preprocess with --label_order=LOWEST,...,HIGHEST, or use "
                          "model.classification.output=SOFTMAX");
    }
    if (before && *number < *before) {
      return absl::StrCat(begin, "not in numeric order: ", Shown(labels),
                          ". Preprocess the corpus again (--label_order=numeric)");
    }
    before = number;
  }
  return "";
}

}  // namespace elman
