#include "data/staging/preprocess_report.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/characters.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"
#include "data/shards/manifest.h"
#include "data/text/label_order.h"
#include "data/text/tagged_columns.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {
namespace {

// The begin of a text in quotes, without characters that move the cursor.
std::string Shown(std::string_view text) {
  constexpr size_t kMaxShown = 60;
  return absl::StrCat("'", Shortened(absl::Utf8SafeCHexEscape(std::string(text)), kMaxShown), "'");
}

// A table with one row per split or, if examples have several fields, per split and field. Columns
// are as wide as their numbers.
std::string Table(const DatasetManifest& manifest) {
  const bool several = manifest.fields_size() > 1;
  std::vector<std::vector<std::string>> rows = {
      {"split", several ? "examples" : "lines", "words", "bytes", "tokens", "unknown"}};
  for (const SplitEntry& split : manifest.splits()) {
    for (int i = 0; i < split.counts_size(); ++i) {
      const TextCounts& counts = split.counts(i);
      const bool labels = manifest.fields(i).tokenizer().kind() == TokenizerSpec::LABEL;
      // Pieces that continue a word have no label.
      const uint64_t all = labels ? counts.words() : counts.tokens();
      const double unknown = all == 0 ? 0.0 : 100.0 * counts.unknown() / all;
      rows.push_back(
          {several ? absl::StrCat(split.name(), " ", manifest.fields(i).name()) : split.name(),
           GroupedText(counts.examples()), GroupedText(counts.words()), GroupedText(counts.bytes()),
           GroupedText(all), absl::StrFormat("%.3f%%", unknown)});
    }
  }
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    absl::StrAppend(&text, LeftAligned(row[0], widths[0]));
    for (size_t i = 1; i < row.size(); ++i)
      absl::StrAppend(&text, "  ", RightAligned(row[i], widths[i]));
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// The fraction of train that the vocabulary of a field covers, if there is a train.
std::string Coverage(const DatasetManifest& manifest, int field, bool shared) {
  const SplitEntry& train = manifest.splits(0);
  if (train.name() != "train" || train.surveys_size() <= field) return "";
  uint64_t tokens = train.counts(field).tokens(), unknown = train.counts(field).unknown();
  if (shared) tokens += train.counts(field + 1).tokens();
  if (shared) unknown += train.counts(field + 1).unknown();
  const uint64_t used = manifest.fields(field).used_types();
  const uint64_t all = used + train.surveys(field).unknown_types();
  const std::string types =
      absl::StrCat("; train has ", train.surveys(field).unknown_sampled() ? "about " : "",
                   GroupedText(all), " types, ");
  if (used == all) return absl::StrCat(types, "all in the vocabulary");
  return absl::StrFormat(
      "%s%s of them in the vocabulary (%.3f%% of its tokens); the others are read as <unk>", types,
      GroupedText(used),
      tokens == 0 ? 0.0 : 100.0 * static_cast<double>(tokens - unknown) / tokens);
}

// The most frequent unknown words of each split.
std::string UnknownWordsText(const DatasetManifest& manifest) {
  std::string text;
  for (const SplitEntry& split : manifest.splits()) {
    for (int i = 0; i < split.surveys_size(); ++i) {
      const FieldStatistics& statistics = split.surveys(i);
      if (statistics.unknown_words_size() == 0) continue;
      absl::StrAppend(&text, "unknown in ", split.name(),
                      split.surveys_size() == 1 ? "" : " " + manifest.fields(i).name(), ": ",
                      GroupedText(statistics.unknown_types()), " types",
                      statistics.unknown_sampled() ? " (an estimate; of a sample: " : " (");
      for (int j = 0; j < statistics.unknown_words_size(); ++j) {
        const FieldStatistics::Word& word = statistics.unknown_words(j);
        absl::StrAppend(&text, j > 0 ? ", " : "", Shown(word.text()), " ",
                        GroupedText(word.count()));
      }
      const bool more = statistics.unknown_types() > statistics.unknown_words_size();
      absl::StrAppend(&text, more ? ", ...)\n" : ")\n");
    }
  }
  return text;
}

// Returns a warning for each split in which more than half of the tokens are unknown words.
std::string UnknownSplitsText(const DatasetManifest& manifest) {
  constexpr double kMax = 0.5;
  std::string text;
  for (const SplitEntry& split : manifest.splits()) {
    for (int i = 0; i < split.surveys_size(); ++i) {
      const TextCounts& counts = split.counts(i);
      const double rate = counts.tokens() == 0 ? 0.0
                                               : static_cast<double>(counts.unknown()) /
                                                     static_cast<double>(counts.tokens());
      if (rate <= kMax || split.surveys(i).unknown_words_size() == 0) continue;
      absl::StrAppend(&text, "warning: ", FixedText(100 * rate, 1), " % of the ",
                      split.counts_size() == 1 ? "" : manifest.fields(i).name() + " ", "tokens of ",
                      split.name(), " are unknown words: ",
                      split.name() == "train"
                          ? "is --min_count too high, or --vocab_size too low?\n"
                          : "is it text of the same kind as train, with the same columns and "
                            "tokenization?\n");
    }
  }
  return text;
}

// The sizes of the vocabularies.
std::string Vocabularies(const DatasetManifest& manifest) {
  std::string text;
  for (int i = 0; i < manifest.fields_size(); ++i) {
    const FieldEntry& field = manifest.fields(i);
    const bool shared = i + 1 < manifest.fields_size() && VocabularyOwner(manifest, i + 1) == i;
    if (VocabularyOwner(manifest, i) < i) continue;
    const bool labels = field.tokenizer().kind() == TokenizerSpec::LABEL;
    absl::StrAppend(
        &text, "vocabulary", manifest.fields_size() == 1 ? "" : absl::StrCat(" of ", field.name()),
        shared ? absl::StrCat(" and ", manifest.fields(i + 1).name()) : "", ": ",
        GroupedText(field.vocabulary().predicted_size()), labels ? " labels\n" : " types",
        labels ? "" : Coverage(manifest, i, shared), labels ? "" : "\n");
    if (IsSubword(field.tokenizer().kind()) &&
        field.vocabulary().predicted_size() < field.tokenizer().vocab_size()) {
      absl::StrAppend(&text, "note: this is below the vocabulary size of ",
                      GroupedText(field.tokenizer().vocab_size()),
                      " that was requested, because the corpus has no more different pieces\n");
    }
  }
  return text;
}

std::string LeftOutText(const PreprocessReport& report) {
  std::string text;
  const LeftOut& left_out = report.left_out;
  if (left_out.empty_lines > 0) {
    const bool keeps = IsRunningText(report.manifest.task());
    absl::StrAppend(&text, "note: ", GroupedText(left_out.empty_lines),
                    " empty lines were left out",
                    keeps ? " (--keep_empty_lines keeps them)\n" : "\n");
  }
  if (left_out.half_pairs > 0) {
    absl::StrAppend(&text, "note: ", GroupedText(left_out.half_pairs),
                    " lines with text on one side only were left out\n");
  }
  if (left_out.document_marks > 0) {
    absl::StrAppend(&text, "note: ", GroupedText(left_out.document_marks),
                    " lines that begin with -DOCSTART- were left out\n");
  }
  return text;
}

// The number of examples that are too long, by split.
std::string LongText(const DatasetManifest& manifest) {
  const PreprocessSpec& spec = manifest.preprocess();
  std::string text;
  for (const SplitEntry& split : manifest.splits()) {
    if (split.long_examples() == 0) continue;
    const bool dropped = spec.on_long() == PreprocessSpec::DROP;
    const bool scored = split.name() != "train";
    const uint64_t kept = split.counts(0).examples();
    absl::StrAppend(
        &text, scored ? "warning: " : "note: ", GroupedText(split.long_examples()), " of ",
        GroupedText(dropped ? kept + split.long_examples() : kept), " examples of ", split.name(),
        " have more than ", GroupedText(spec.max_length()), " tokens (--max_length); they were ",
        dropped ? "left out" : "truncated",
        scored ? ", so scores on it do not compare with those on all of its text\n" : "\n");
  }
  return text;
}

std::string OverlapsText(const PreprocessReport& report) {
  std::string text;
  for (const SplitOverlap& overlap : report.overlaps) {
    absl::StrAppend(&text, "warning: ", GroupedText(overlap.examples), " examples of ",
                    overlap.split, " have the text of one in ", overlap.other, ", such as ",
                    overlap.place, ": ", Shown(overlap.text), "\n");
  }
  return text;
}

std::string SuspectLinesText(const PreprocessReport& report) {
  std::string text;
  for (const SuspectLines& suspect : report.suspect_lines) {
    const std::string more =
        suspect.lines > 1
            ? absl::StrCat(" (the first of ", GroupedText(suspect.lines), " such lines)")
            : "";
    absl::StrAppend(&text, "warning: ", suspect.place, ": ", Shown(suspect.text), ": ",
                    suspect.what, more, "; ", suspect.remedy, "\n");
  }
  return text;
}

std::string InvalidText(const PreprocessReport& report) {
  const PreprocessSpec::OnInvalid way = report.manifest.preprocess().on_invalid();
  const uint64_t examples = report.invalid_examples + report.left_out.invalid_examples;
  if (examples == 0) return "";
  bool replaced = way == PreprocessSpec::REPLACE;
  for (const FieldEntry& field : report.manifest.fields()) {
    const TokenizerSpec::Kind kind = field.tokenizer().kind();
    replaced = replaced || IsSubword(kind) || kind == TokenizerSpec::CHARACTER ||
               kind == TokenizerSpec::SENTENCEPIECE;
  }
  const char* fate = replaced ? "read as U+FFFD" : "kept as they are";
  if (way == PreprocessSpec::SKIP) fate = "left out";
  return absl::StrCat("note: ", GroupedText(examples),
                      report.manifest.task() == TAGGING ? " sentences" : " lines",
                      " have bytes that are not UTF-8; they were ", fate,
                      "; if the text has another encoding, such as Latin-1, convert it: iconv -f "
                      "LATIN1 -t UTF-8 FILE > TEXT\n");
}

// The number of examples, or words, of train with each label.
std::string LabelCounts(const PreprocessReport& report) {
  if (report.train_labels.empty()) return "";
  std::string text = "labels in train:\n";
  for (const std::string& line : CountLines(report.train_labels, "labels"))
    absl::StrAppend(&text, "  ", line, "\n");
  const FieldEntry& field = report.manifest.fields(report.manifest.fields_size() - 1);
  const std::string warning = OneLabelWarning("train", field);
  return absl::StrCat(text, warning.empty() ? "" : "warning: ", warning,
                      warning.empty() ? "" : "\n");
}

// Warnings about a train whose shape is probably a mistake: exchanged columns, a text as labels,
// sentences that are not separated.
std::string ShapeText(const PreprocessReport& report) {
  const DatasetManifest& manifest = report.manifest;
  const SplitEntry& train = manifest.splits(0);
  if (train.name() != "train") return "";
  const uint64_t examples = train.counts(0).examples(), words = train.counts(0).words();
  const std::string length = GroupedText(words) + (words == 1 ? " word" : " words");
  std::string text;
  if (examples == 1 && words > 1) {
    const char* const expected =
        manifest.task() == TAGGING       ? "expected an empty line after each sentence"
        : IsRunningText(manifest.task()) ? "expected a sentence or a paragraph per line"
                                         : "expected an example per line";
    absl::StrAppend(&text, "warning: train is a single ",
                    manifest.task() == TAGGING       ? "sentence"
                    : IsRunningText(manifest.task()) ? "line"
                                                     : "example",
                    " of ", length, "; ", expected, "\n");
  }
  constexpr uint64_t kUsualLabels = 20;  // fewer are no sign of a mistake
  const uint64_t labels = report.train_labels.size();
  if (labels < kUsualLabels) return text;
  const uint64_t labelled = manifest.task() == TAGGING ? words : examples;
  uint64_t label_words = 0;
  for (const NamedCount& label : report.train_labels)
    label_words += CountWords(label.name) * label.count;
  const bool tags = manifest.task() == TAGGING;
  const bool exchanged = tags ? labels > manifest.fields(0).used_types() : label_words > words;
  const std::string example = Shown(report.train_labels[0].name);
  if (exchanged) {
    absl::StrAppend(&text, "warning: are the columns exchanged? ", GroupedText(labels),
                    tags ? " tags, such as " : " labels, such as ", example,
                    tags ? ", for fewer different words; --word_column and --tag_column choose "
                           "columns\n"
                         : ", are longer than their texts; expected LABEL<TAB>TEXT; exchange them: "
                           "awk -F'\\t' -v OFS='\\t' '{print $2, $1}' FILE > NEW\n");
  } else if (labels * 2 > labelled) {
    absl::StrAppend(&text, "warning: ", GroupedText(labels), tags ? " tags" : " labels",
                    ", such as ", example, ", are too many for ", GroupedText(labelled),
                    tags ? " words" : " examples",
                    ": most occur once, and nothing can be learned of them; is this column the ",
                    tags ? "tag?\n" : "label?\n");
  }
  return text;
}

std::string UnseenLabels(const PreprocessReport& report) {
  constexpr size_t kMaxShown = 5;
  if (report.unseen_labels.empty()) return "";
  uint64_t count = 0;
  std::string shown;
  for (size_t i = 0; i < report.unseen_labels.size(); ++i) {
    const auto& [label, times] = report.unseen_labels[i];
    count += times;
    if (i == kMaxShown) absl::StrAppend(&shown, ", ...");
    if (i >= kMaxShown) continue;
    absl::StrAppend(&shown, i > 0 ? ", " : "", "'", absl::Utf8SafeCHexEscape(label), "' (",
                    GroupedText(times), ")");
  }
  return absl::StrCat("note: train does not have ", GroupedText(report.unseen_labels.size()),
                      " of the labels: ", shown, "; wherever one stands, ", GroupedText(count),
                      " times in valid and test, no prediction can be right\n");
}

// The columns from which words and tags were read.
std::string ColumnsText(const PreprocessReport& report) {
  if (report.manifest.task() != TAGGING || !report.manifest.fields(1).has_columns()) return "";
  return absl::StrCat("columns: ", Describe(report.manifest.fields(1).columns()),
                      " (see --word_column)\n");
}

// The tag scheme and the number of entities.
std::string TagSchemeText(const PreprocessReport& report) {
  if (report.manifest.task() != TAGGING) return "";
  const TagScheme scheme = report.manifest.fields(1).tag_scheme();
  if (scheme == FieldEntry::NONE) {
    return "tag scheme: none: the tags mark no entities and are evaluated by accuracy "
           "(--tag_scheme changes it)\n";
  }
  if (scheme == FieldEntry::UNRECORDED) return "";
  std::string text = absl::StrCat("tag scheme: ", NameOf(scheme));
  const uint64_t entities = report.train_tags.Entities(scheme);
  if (entities > 0) absl::StrAppend(&text, "; ", GroupedText(entities), " entities in train");
  absl::StrAppend(&text, " (--tag_scheme changes it)\n");
  const uint64_t violations = report.train_tags.Violations(scheme);
  if (violations > 0) {
    absl::StrAppend(&text, "note: in train, ", GroupedText(violations),
                    " pairs of neighboring tags break the rules of ", NameOf(scheme),
                    "; entities are counted there as conlleval counts them\n");
  }
  return text;
}

// The order of labels, if they are numbers or ordered as given.
std::string LabelOrderText(const PreprocessReport& report) {
  if (report.manifest.task() != CLASSIFICATION) return "";
  switch (report.manifest.fields(1).label_order()) {
    case FieldEntry::NUMERIC:
      return "label order: numeric (--label_order changes it)\n";
    case FieldEntry::GIVEN:
      return "label order: as given by --label_order\n";
    default:
      return "label order: bytes (--label_order changes it)\n";
  }
}

}  // namespace

std::string ReportText(const PreprocessReport& report) {
  std::string text = absl::StrCat(Table(report.manifest), Vocabularies(report.manifest));
  if (report.sampled_lines < report.training_lines) {
    absl::StrAppend(&text, "note: the tokenizer was trained on ", GroupedText(report.sampled_lines),
                    " of ", GroupedText(report.training_lines), " lines\n");
  }
  absl::StrAppend(&text, ColumnsText(report), LabelCounts(report), ShapeText(report),
                  TagSchemeText(report), LabelOrderText(report), UnknownWordsText(report.manifest),
                  UnknownSplitsText(report.manifest), LeftOutText(report),
                  LongText(report.manifest), UnseenLabels(report), InvalidText(report),
                  OverlapsText(report), SuspectLinesText(report));
  return text;
}

}  // namespace elman
