#include "trainer/eval/inspection/dataset_inspection.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/features/feature_file.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"
#include "data/shards/dataset.h"
#include "data/shards/example_reader.h"
#include "data/shards/raw_text_reader.h"
#include "data/shards/shard_reader.h"
#include "data/shards/verify.h"
#include "data/text/label_order.h"
#include "data/text/tag_scheme.h"
#include "data/text/tagged_columns.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/detokenizer.h"
#include "trainer/eval/inspection/split_description.h"

namespace elman {
namespace {

using Counts = google::protobuf::RepeatedPtrField<TextCounts>;

std::string LowerName(const std::string& enum_name) {
  std::string name = enum_name;
  for (char& c : name) c = static_cast<char>(tolower(c));
  return name;
}

void AddVerification(VerificationReport report, Inspection* inspection) {
  inspection->Add("verified", report.ok())
      .Add("verified_files", report.files)
      .Add("verified_bytes", report.bytes)
      .AddList("problems", "problem", report.problems);
  inspection->problems = std::move(report.problems);
}

JsonObject FieldCountsJson(const TaskField& field, const TextCounts& counts) {
  JsonObject json;
  if (field.labels) return json.Add("labels", counts.words()).Add("unseen", counts.unknown());
  json.Add("lines", counts.examples()).Add("words", counts.words()).Add("bytes", counts.bytes());
  return json.Add("tokens", counts.tokens()).Add("unknown", counts.unknown());
}

std::string FieldCountsText(const TaskField& field, const TextCounts& counts) {
  if (field.labels)
    return absl::StrFormat("%d labels, %d not in train", counts.words(), counts.unknown());
  return absl::StrFormat("%d lines, %d words, %d bytes, %d tokens, %d unknown", counts.examples(),
                         counts.words(), counts.bytes(), counts.tokens(), counts.unknown());
}

// Returns the counts of the only field, or those of each field under its name.
JsonObject CountsJson(Task task, const Counts& counts) {
  const std::span<const TaskField> fields = FieldsOf(task);
  if (fields.size() == 1) return FieldCountsJson(fields[0], counts.Get(0));
  JsonObject json;
  if (TraitsOf(task).word_pairs) return json.Add("pairs", uint64_t{counts.Get(0).tokens()});
  json.Add("examples", uint64_t{counts.Get(0).examples()});
  for (int i = 0; i < counts.size(); ++i)
    json.Add(fields[i].name, FieldCountsJson(fields[i], counts.Get(i)));
  return json;
}

void AddCountsText(const std::string& title, Task task, const Counts& counts,
                   const std::string& end, Inspection* inspection) {
  if (TraitsOf(task).word_pairs) {
    inspection->AddText(title, absl::StrCat(counts.Get(0).tokens(), " pairs of words", end));
    return;
  }
  const std::span<const TaskField> fields = FieldsOf(task);
  for (int i = 0; i < counts.size(); ++i) {
    const std::string name = counts.size() == 1 ? "" : " " + std::string(fields[i].name);
    inspection->AddText(title + name, FieldCountsText(fields[i], counts.Get(i)) + end);
  }
}

bool IsTagsField(Task task, const FieldEntry& field) {
  return task == TAGGING && field.tokenizer().kind() == TokenizerSpec::LABEL;
}
bool IsLabelField(Task task, const FieldEntry& field) {
  return task == CLASSIFICATION && field.tokenizer().kind() == TokenizerSpec::LABEL;
}

// How tags mark entities, or the order of labels, such as ", tag scheme iob2".
std::string LabelFactsText(Task task, const FieldEntry& field) {
  if (IsTagsField(task, field)) {
    return absl::StrCat(", tag scheme ", NameOf(field.tag_scheme()),
                        field.has_columns() ? ", " + Describe(field.columns()) : "");
  }
  if (!IsLabelField(task, field)) return "";
  return absl::StrCat(", label order ",
                      LowerName(FieldEntry::LabelOrder_Name(field.label_order())));
}

JsonObject FieldJson(Task task, const FieldEntry& field) {
  JsonObject json;
  json.Add("name", field.name())
      .Add("tokenizer", LowerName(TokenizerSpec::Kind_Name(field.tokenizer().kind())))
      .Add("vocabulary_size", uint64_t{field.vocabulary().predicted_size()})
      .Add("vocabulary_fingerprint", field.vocabulary().fingerprint());
  if (IsTagsField(task, field)) json.Add("tag_scheme", NameOf(field.tag_scheme()));
  if (field.has_columns()) json.Add("columns", Describe(field.columns()));
  if (IsLabelField(task, field))
    json.Add("label_order", LowerName(FieldEntry::LabelOrder_Name(field.label_order())));
  return json;
}

// Returns the number of examples, or words, of `train` per label. Empty if the vocabulary was
// imported, because its counts are those of another data set.
std::vector<NamedCount> LabelCounts(const DatasetManifest& manifest, int field,
                                    const Vocabulary& labels) {
  std::vector<NamedCount> counts;
  uint64_t all = 0;
  for (const Vocabulary::Entry& entry : labels.entries()) {
    counts.push_back({entry.piece, entry.count});
    all += entry.count;
  }
  const SplitEntry& train = manifest.splits(0);
  const bool own =
      train.name() == "train" && all + train.counts(field).unknown() == train.counts(field).words();
  return own ? counts : std::vector<NamedCount>{};
}

void AddLabels(const Dataset& dataset, Inspection* inspection) {
  const DatasetManifest& manifest = dataset.manifest();
  for (int i = 0; i < manifest.fields_size(); ++i) {
    if (manifest.fields(i).tokenizer().kind() != TokenizerSpec::LABEL) continue;
    const std::vector<NamedCount> counts = LabelCounts(manifest, i, dataset.vocabulary(i));
    if (counts.empty()) continue;
    inspection->AddText("labels in train", GroupedText(counts.size()));
    for (const std::string& line : CountLines(counts, "labels")) inspection->AddText("", line);
    JsonObject json;
    for (const NamedCount& each : counts) json.Add(each.name, each.count);
    inspection->AddJson("label_counts", json);
    if (const std::string warning = OneLabelWarning(dataset.folder(), manifest.fields(i));
        !warning.empty())
      inspection->Add("warning", warning);
  }
}

void AddFields(const DatasetManifest& manifest, Inspection* inspection) {
  const FieldEntry& first = manifest.fields(0);
  if (manifest.fields_size() == 1) {
    inspection->Add("tokenizer", LowerName(TokenizerSpec::Kind_Name(first.tokenizer().kind())))
        .Add("vocabulary_size", uint64_t{first.vocabulary().predicted_size()})
        .Add("vocabulary_fingerprint", first.vocabulary().fingerprint());
    return;
  }
  std::vector<JsonObject> list;
  for (const FieldEntry& field : manifest.fields()) {
    if (field.tokenizer().kind() == TokenizerSpec::NUMBER) continue;
    list.push_back(FieldJson(manifest.task(), field));
    inspection->AddText("field " + field.name(),
                        absl::StrCat(LowerName(TokenizerSpec::Kind_Name(field.tokenizer().kind())),
                                     ", ", field.vocabulary().predicted_size(), " types",
                                     LabelFactsText(manifest.task(), field), ", fingerprint ",
                                     field.vocabulary().fingerprint()));
  }
  inspection->AddJson("fields", list);
}

JsonObject SplitJson(const DatasetManifest& manifest, const SplitEntry& split) {
  const std::span<const TaskField> fields = FieldsOf(manifest.task());
  JsonObject json = CountsJson(manifest.task(), split.counts());
  if (!TraitsOf(manifest.task()).word_pairs) {
    json = JsonObject();
    if (fields.size() > 1) json.Add("examples", uint64_t{split.counts(0).examples()});
    for (int i = 0; i < split.counts_size(); ++i) {
      JsonObject field = FieldCountsJson(fields[i], split.counts(i));
      AddStatisticsJson(manifest.fields(i), split.counts(i), split.surveys(i), &field);
      if (fields.size() == 1) json = field;
      if (fields.size() > 1) json.Add(fields[i].name, field);
    }
  }
  AddSourcesJson(split, &json);
  return json.Add("shards", split.shards_size()).Add("raw_texts", split.raw_texts_size());
}

// Adds for each split: counts, lengths, unknown words and source files.
void AddSplits(const DatasetManifest& manifest, Inspection* inspection) {
  JsonObject splits;
  for (const SplitEntry& split : manifest.splits()) {
    AddCountsText(split.name(), manifest.task(), split.counts(),
                  absl::StrCat(" in ", split.shards_size(), " shards"), inspection);
    const int described_fields = TraitsOf(manifest.task()).word_pairs ? 0 : split.surveys_size();
    for (int i = 0; i < described_fields; ++i) {
      const FieldEntry& field = manifest.fields(i);
      const FieldStatistics& statistics = split.surveys(i);
      const bool labels = field.tokenizer().kind() == TokenizerSpec::LABEL;
      const std::string of = split.surveys_size() == 1 ? "" : " of " + field.name();
      std::string lengths = LengthsText(statistics);
      lengths.pop_back();
      if (!labels) inspection->AddText("  lengths" + of, lengths);
      const double unknown = 100.0 * UnknownRate(field, split.counts(i));
      const std::string words = labels ? "" : UnknownWordsText(statistics);
      inspection->AddText("  unknown" + of, absl::StrFormat("%.3f %%%s%s", unknown,
                                                            words.empty() ? "" : "; ", words));
    }
    if (!split.raw_texts().empty()) {
      inspection->AddText("  raw text", manifest.task() == TRANSLATION
                                            ? "references, for BLEU and chrF"
                                            : "unknown words, for closed bits per byte");
    }
    if (split.long_examples() > 0) {
      const PreprocessSpec& spec = manifest.preprocess();
      inspection->AddText(
          "  too long",
          absl::StrCat(split.long_examples(), " examples of more than ", spec.max_length(),
                       " tokens ",
                       spec.on_long() == PreprocessSpec::DROP ? "left out" : "truncated"));
    }
    for (const SourceEntry& source : split.sources())
      inspection->AddText("  source", SourceText(source));
    for (const OverlapEntry& overlap : split.overlaps()) {
      inspection->AddText(
          "  also in " + overlap.split(),
          absl::StrCat(overlap.examples(), " examples have the same text as one there"));
    }
    splits.Add(split.name(), SplitJson(manifest, split));
  }
  inspection->AddJson("splits", splits);
}

// Formats some pairs of words with their weights.
std::string PairsText(const Dataset& dataset, const ExampleView& example) {
  constexpr size_t kMaxPairs = 6;
  std::string text;
  for (size_t i = 0; i < std::min(kMaxPairs, example.fields[0].size()); ++i) {
    absl::StrAppendFormat(&text, "%s%s %s %.3g", i > 0 ? ", " : "",
                          dataset.vocabulary(0).piece(example.fields[0][i]),
                          dataset.vocabulary(1).piece(example.fields[1][i]),
                          std::bit_cast<float>(example.fields[2][i]));
  }
  return text;
}

// Adds facts about the features.
void AddFeatures(const DatasetManifest& manifest, Inspection* inspection) {
  const FeatureEntry& features = manifest.features();
  const std::string type = LowerName(FeatureEntry::Type_Name(features.type()));
  inspection->AddText("features", absl::StrCat("a vector of ", features.size(),
                                               " numbers for every token, ", type));
  for (const SplitEntry& split : manifest.splits()) {
    for (const SourceEntry& source : split.feature_sources())
      inspection->AddText("  of " + split.name(), SourceText(source));
  }
  inspection->AddJson("features",
                      JsonObject().Add("size", uint64_t{features.size()}).Add("type", type));
}

// Formats an example for reading; if it is tagged, every word with its tag.
std::string ExampleText(const Dataset& dataset, const ExampleView& example) {
  constexpr size_t kMaxIds = 40;
  const DatasetManifest& manifest = dataset.manifest();
  const auto text_of = [&](int field, std::span<const int32_t> ids) {
    const Vocabulary& vocabulary = dataset.vocabulary(field);
    if (manifest.fields(field).tokenizer().kind() == TokenizerSpec::LABEL) {
      const auto label = static_cast<uint32_t>(ids[0]);
      if (label < vocabulary.size()) return vocabulary.piece(label);
      const bool named = label >= vocabulary.first_unseen_id();
      return absl::StrCat(named ? vocabulary.LabelName(label) + " " : "", "(not in train)");
    }
    std::string text = Detokenize(manifest.fields(field).tokenizer().kind(), vocabulary,
                                  std::vector<uint32_t>(ids.begin(), ids.end()));
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  };
  const size_t ids = std::min(kMaxIds, example.fields[0].size());
  std::string text;
  if (TraitsOf(manifest.task()).word_pairs) {
    text = PairsText(dataset, example);
  } else if (manifest.task() == TAGGING) {
    const auto no_label = static_cast<int32_t>(dataset.vocabulary(1).no_label_id());
    for (size_t begin = 0, end = 0; begin < ids; begin = end) {
      for (end = begin + 1; end < example.fields[1].size() && example.fields[1][end] == no_label;)
        ++end;
      absl::StrAppend(&text, begin > 0 ? " " : "",
                      text_of(0, example.fields[0].subspan(begin, end - begin)), "/",
                      text_of(1, example.fields[1].subspan(begin, 1)));
    }
  } else {
    for (int i = 0; i < manifest.fields_size(); ++i) {
      const auto& field = example.fields[i];
      absl::StrAppend(&text, i > 0 ? " | " : "",
                      text_of(i, field.first(std::min(kMaxIds, field.size()))));
    }
  }
  // Control characters could move the cursor.
  std::ranges::replace_if(
      text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
  return text;
}

// Adds the first examples of every split.
void AddSamples(const std::shared_ptr<const Dataset>& dataset, Inspection* inspection) {
  constexpr uint64_t kSamples = 3;
  for (const SplitEntry& split : dataset->manifest().splits()) {
    const auto reader = ExampleReader::Open(dataset, split.name(), /*cache_bytes=*/0);
    // Read errors are skipped here; --verify reports them.
    for (uint64_t i = 0; reader.ok() && i < std::min(kSamples, (*reader)->examples()); ++i) {
      const auto example = (*reader)->Read(i);
      if (!example.ok()) break;
      inspection->AddText(absl::StrCat("  ", split.name(), " ", i),
                          ExampleText(*dataset, *example));
    }
  }
}

}  // namespace

absl::StatusOr<Inspection> InspectDataset(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "dataset").Add("path", path);
  const auto dataset = Dataset::Open(path);
  if (!dataset.ok() && !verify) return dataset.status();
  if (dataset.ok()) {
    const DatasetManifest& manifest = (*dataset)->manifest();
    inspection.Add("task", LowerName(Task_Name(manifest.task())));
    AddFields(manifest, &inspection);
    if (manifest.has_features()) AddFeatures(manifest, &inspection);
    AddLabels(**dataset, &inspection);
    AddSplits(manifest, &inspection);
    inspection.AddText("made by", PreprocessText(manifest.preprocess()))
        .AddJson("preprocess", PreprocessJson(manifest.preprocess()));
    AddSamples(*dataset, &inspection);
  }
  if (verify) AddVerification(VerifyDataset(path), &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectShard(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "shard").Add("path", path);
  const auto shard = ShardReader::Open(path, {});
  if (!shard.ok() && !verify) return shard.status();
  if (shard.ok()) {
    const ShardHeader& header = (*shard)->header();
    inspection.Add("task", LowerName(Task_Name(header.task())))
        .Add("split", header.split())
        .Add("shard", uint64_t{header.shard()})
        .Add("shards", uint64_t{header.shards()});
    for (const ShardHeader::Field& field : header.fields()) {
      const std::string key = header.fields_size() == 1 ? "" : field.name() + "_";
      inspection.Add(key + "vocabulary_fingerprint", field.vocabulary_fingerprint());
    }
    inspection.Add("blocks", int64_t{(*shard)->blocks()});
    AddCountsText("counts", header.task(), (*shard)->counts(), "", &inspection);
    inspection.AddJson("counts", CountsJson(header.task(), (*shard)->counts()));
  }
  if (verify) AddVerification(VerifyShard(path), &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectFeatures(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "features").Add("path", path);
  VerificationReport report;
  const auto file = FeatureFile::Open(path);
  if (!file.ok() && !verify) return file.status();
  if (!file.ok()) report.problems.emplace_back(file.status().message());
  if (file.ok()) {
    const FeatureHeader& header = (*file)->header();
    inspection.Add("split", header.split())
        .Add("shard", uint64_t{header.shard()})
        .Add("vectors", uint64_t{header.vectors()})
        .Add("size", uint64_t{header.features().size()})
        .Add("type", LowerName(FeatureEntry::Type_Name(header.features().type())))
        .Add("blocks", (*file)->blocks());
  }
  for (uint64_t i = 0; verify && report.ok() && i < (*file)->blocks(); ++i) {
    const auto block = (*file)->ReadBlock(i);
    if (!block.ok()) report.problems.emplace_back(block.status().message());
    ++report.blocks;
  }
  if (report.ok() && verify) {
    report.files = 1;
    report.bytes = (*file)->bytes();
  }
  if (verify) AddVerification(std::move(report), &inspection);
  return inspection;
}

absl::StatusOr<Inspection> InspectRawText(const std::string& path, bool verify) {
  Inspection inspection;
  inspection.Add("kind", "raw_text").Add("path", path);
  const auto file = RawTextFile::Open(path);
  if (!file.ok() && !verify) return file.status();
  if (file.ok()) {
    const RawTextHeader& header = (*file)->header();
    inspection.Add("content", LowerName(RawTextHeader::Content_Name(header.content())))
        .Add("split", header.split())
        .Add("shard", uint64_t{header.shard()})
        .Add("examples", uint64_t{header.examples()})
        .Add("texts", uint64_t{header.texts()});
  }
  if (verify) AddVerification(VerifyRawText(path), &inspection);
  return inspection;
}

}  // namespace elman
