#include "data/preprocess/corpus_tag_scheme.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/vocabulary_builder.h"

namespace elman {
namespace {

// The error for a tag that does not fit the scheme.
absl::Status StrayTag(const std::string& place, const TagSchemeResult& result) {
  const std::string scheme = result.scheme == FieldEntry::NONE
                                 ? ""
                                 : absl::StrCat(" of the tag scheme ", NameOf(result.scheme));
  const std::string others =
      result.others.empty() ? "" : absl::StrCat(", like the other tags (", result.others, ")");
  return absl::InvalidArgumentError(absl::StrCat(
      place, ": expected a tag", scheme, others, ", found '", EscapedPiece(result.stray),
      "'. Use one tag scheme in all splits, or evaluate only the accuracy with --tag_scheme=none"));
}

}  // namespace

absl::StatusOr<TagScheme> SettleTagScheme(
    TagScheme asked, const FieldCoding& tags, const TrainTags* train,
    const std::function<absl::StatusOr<std::string>(const std::string& tag)>& place_of) {
  const Vocabulary& vocabulary = *tags.vocabulary;
  // The vocabulary itself has no counts yet.
  ASSIGN_OR_RETURN(const Vocabulary counted,
                   WithCounts(vocabulary, train ? train->counts : vocabulary.counts()));
  std::vector<Vocabulary::Entry> all = counted.entries();
  TagSchemeResult result{asked != FieldEntry::UNRECORDED ? asked : tags.tag_scheme};
  const bool recognized = result.scheme == FieldEntry::UNRECORDED;
  if (recognized) result = RecognizeTagScheme(all, train ? &train->pairs : nullptr);
  if (result.stray.empty()) {
    const std::vector<Vocabulary::Entry>& unseen = vocabulary.unseen_labels();
    all.insert(all.end(), unseen.begin(), unseen.end());
    const TagScheme of_train = result.scheme;
    result = CheckTagScheme(all, of_train);
    // A small train may lack the tag letter that distinguishes two schemes, such as M for IOBES and
    // BMES.
    if (!result.stray.empty() && recognized && train != nullptr) {
      const TagSchemeResult wider = RecognizeTagScheme(all, &train->pairs);
      const bool fits = wider.stray.empty() && wider.scheme != FieldEntry::NONE &&
                        train->pairs.Violations(wider.scheme) <= train->pairs.Violations(of_train);
      if (fits) result = wider;
    }
  }
  if (!result.stray.empty()) {
    ASSIGN_OR_RETURN(const std::string place, place_of(result.stray));
    return StrayTag(place, result);
  }
  return recognized && train == nullptr ? FieldEntry::UNRECORDED : result.scheme;
}

absl::Status RecordColumns(const ColumnChoice& choice, const std::string& file, FieldCoding* tags) {
  ASSIGN_OR_RETURN(const ColumnLayout layout, ReadColumnLayout(file));
  ASSIGN_OR_RETURN(tags->columns, ColumnsOf(choice, layout, file));
  const Vocabulary& labels = *tags->vocabulary;
  if (labels.size() != 1 || labels.piece(0) != "_" || !labels.unseen_labels().empty())
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": every tag is '_', which means that the column is empty (",
                   Describe(tags->columns), "); choose another column with --tag_column"));
}

}  // namespace elman
