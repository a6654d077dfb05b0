// Makes data sets from given examples for tests.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "data/shards/length_histogram.h"
#include "data/shards/manifest.h"
#include "data/shards/raw_text_writer.h"
#include "data/shards/shard_format.h"
#include "data/shards/shard_writer.h"
#include "data/shards/vocabulary_spec.h"
#include "data/text/task_fields.h"
#include "tests/support/scratch.h"

namespace elman {

// Ids of one field, by example.
using Examples = std::vector<std::vector<uint32_t>>;
// Ids of all fields, in order.
using FieldExamples = std::vector<Examples>;

// Writes a shard of the examples. Ids equal to `unknown_ids` of their field count as unknown.
inline absl::StatusOr<ShardEntry> WriteMadeShard(const std::string& path, const ShardHeader& header,
                                                 const FieldExamples& fields,
                                                 const std::vector<uint32_t>& unknown_ids) {
  ShardFingerprint fingerprint(header);
  for (size_t e = 0; e < fields[0].size(); ++e) {
    for (const Examples& examples : fields) fingerprint.Add(examples[e]);
  }
  auto writer = ShardWriter::Create(path, header, fingerprint.file_id());
  if (!writer.ok()) return writer.status();
  std::vector<FieldIds> example(fields.size());
  for (size_t e = 0; e < fields[0].size(); ++e) {
    for (size_t f = 0; f < fields.size(); ++f) {
      const std::vector<uint32_t>& ids = fields[f][e];
      example[f] = {ids, static_cast<uint64_t>(std::count(ids.begin(), ids.end(), unknown_ids[f])),
                    ids.size(), 3 * ids.size()};
    }
    if (absl::Status status = (*writer)->Add(example); !status.ok()) return status;
  }
  return (*writer)->Finish();
}

// As above, for a language model whose <unk> is 0.
inline absl::StatusOr<ShardEntry> WriteMadeShard(const std::string& path, const ShardHeader& header,
                                                 const Examples& examples) {
  return WriteMadeShard(path, header, FieldExamples{examples}, {0});
}

// <unk>, </s> and words w2, w3, ..., `predicted_size` pieces in all.
inline Vocabulary MadeVocabulary(uint32_t predicted_size) {
  std::vector<Vocabulary::Entry> entries = {{"<unk>", 1}, {"</s>", 1}};
  for (uint32_t id = 2; id < predicted_size; ++id) entries.push_back({absl::StrCat("w", id), 1});
  return *Vocabulary::Create(entries);
}

// `size` labels: L0, L1, ...
inline Vocabulary MadeLabels(uint32_t size) {
  std::vector<Vocabulary::Entry> entries;
  for (uint32_t id = 0; id < size; ++id) entries.push_back({absl::StrCat("L", id), 1});
  return *Vocabulary::CreateLabels(entries);
}

// The header of shard 0 of 1 of the split train.
inline ShardHeader MadeHeader(const std::string& fingerprint, uint32_t width = 2,
                              Task task = LANGUAGE_MODEL) {
  ShardHeader header;
  header.set_format_version(kShardFormatVersion);
  header.set_task(task);
  header.set_split("train");
  header.set_shard(0);
  header.set_shards(1);
  for (const TaskField& known : FieldsOf(task)) {
    ShardHeader::Field* field = header.add_fields();
    field->set_name(std::string(known.name));
    field->set_token_width(width);
    field->set_vocabulary_fingerprint(fingerprint);
  }
  return header;
}

inline FileEntry WriteMadeFile(const std::string& folder, const std::string& name,
                               const std::string& contents) {
  FileEntry entry;
  entry.set_file(name);
  entry.set_bytes(contents.size());
  entry.set_crc32c(Crc32c(contents));
  EXPECT_THAT(WriteFile(JoinPath(folder, name), contents), IsOk());
  return entry;
}

// Writes a data set to `folder` whose split train has one shard for each of `shards`. Vocabularies
// have `predicted_size` words or labels.
inline DatasetManifest WriteMadeDataset(const std::string& folder, Task task,
                                        const std::vector<FieldExamples>& shards,
                                        uint32_t predicted_size = 100,
                                        const std::string& tokenizer_model = "") {
  DatasetManifest manifest;
  manifest.set_format_version(kDatasetFormatVersion);
  manifest.set_task(task);
  std::vector<uint32_t> unknown_ids;
  ShardHeader header = MadeHeader("", 2, task);
  for (const TaskField& known : FieldsOf(task)) {
    const std::string prefix = unknown_ids.empty() ? "" : std::string(known.name) + ".";
    const Vocabulary vocabulary = known.numbers  ? Vocabulary::Numbers()
                                  : known.labels ? MadeLabels(predicted_size)
                                                 : MadeVocabulary(predicted_size);
    const std::string text = vocabulary.ToText();
    FieldEntry* field = manifest.add_fields();
    field->set_name(std::string(known.name));
    field->mutable_tokenizer()->set_kind(known.numbers  ? TokenizerSpec::NUMBER
                                         : known.labels ? TokenizerSpec::LABEL
                                                        : TokenizerSpec::WHITESPACE);
    const std::string model = known.labels || known.numbers ? "" : tokenizer_model;
    const std::string fingerprint = VocabularyFingerprint(field->tokenizer(), text, model);
    *field->mutable_vocabulary() = SpecOf(vocabulary, fingerprint);
    if (!known.numbers)
      *field->mutable_vocabulary_file() = WriteMadeFile(folder, prefix + "vocabulary.txt", text);
    if (!model.empty())
      *field->mutable_tokenizer_file() = WriteMadeFile(folder, prefix + "tokenizer.model", model);
    ShardHeader::Field* in_header = header.mutable_fields(static_cast<int>(unknown_ids.size()));
    in_header->set_vocabulary_fingerprint(fingerprint);
    in_header->set_token_width(TokenWidth(vocabulary.id_limit()));
    unknown_ids.push_back(vocabulary.unknown_id());
  }
  SplitEntry* split = manifest.add_splits();
  split->set_name("train");
  for (size_t i = 0; i < shards.size(); ++i) {
    header.set_shard(static_cast<uint32_t>(i));
    header.set_shards(static_cast<uint32_t>(shards.size()));
    const auto entry =
        WriteMadeShard(JoinPath(folder, absl::StrCat("shard-", i)), header, shards[i], unknown_ids);
    EXPECT_THAT(entry, IsOk());
    *split->add_shards() = *entry;
    AddCounts(entry->counts(), split->mutable_counts());
  }
  SourceEntry* source = split->add_sources();
  source->set_name("train.txt");
  source->set_bytes(100);
  source->set_xxh3("0123456789abcdef0123456789abcdef");
  for (int f = 0; f < manifest.fields_size(); ++f) {
    FieldStatistics* statistics = split->add_surveys();
    for (const FieldExamples& fields : shards) {
      for (const std::vector<uint32_t>& ids : fields[f])
        CountLength(ids.size(), statistics->mutable_length_counts());
    }
  }
  split->mutable_surveys(0)->set_unknown_types(1);
  FieldStatistics::Word* word = split->mutable_surveys(0)->add_unknown_words();
  word->set_text("unknown");
  word->set_count(1);
  manifest.mutable_preprocess()->set_elman_version("0.1.0");
  manifest.mutable_preprocess()->set_shard_tokens(1000);
  EXPECT_THAT(WriteFile(JoinPath(folder, kManifestName), ManifestToText(manifest)), IsOk());
  return manifest;
}

// As above, for a language model.
inline DatasetManifest WriteMadeDataset(const std::string& folder,
                                        const std::vector<Examples>& shards,
                                        uint32_t predicted_size = 100,
                                        const std::string& tokenizer_model = "") {
  std::vector<FieldExamples> fields;
  for (const Examples& examples : shards) fields.push_back({examples});
  return WriteMadeDataset(folder, LANGUAGE_MODEL, fields, predicted_size, tokenizer_model);
}

// Adds a split with one shard to the language model data set in `folder`.
inline void AddMadeSplit(const std::string& folder, const std::string& name,
                         const Examples& examples, DatasetManifest* manifest) {
  ShardHeader header = MadeHeader(manifest->fields(0).vocabulary().fingerprint());
  header.set_split(name);
  const auto entry = WriteMadeShard(JoinPath(folder, name + "-0"), header, examples);
  EXPECT_THAT(entry, IsOk());
  SplitEntry split = manifest->splits(0);
  split.set_name(name);
  split.clear_shards();
  split.clear_counts();
  *split.add_shards() = *entry;
  AddCounts(entry->counts(), split.mutable_counts());
  split.mutable_surveys(0)->clear_length_counts();
  for (const std::vector<uint32_t>& ids : examples)
    CountLength(ids.size(), split.mutable_surveys(0)->mutable_length_counts());
  *manifest->add_splits() = split;
  EXPECT_THAT(WriteFile(JoinPath(folder, kManifestName), ManifestToText(*manifest)), IsOk());
}

// Adds raw text files to every split: a reference per example for translation, a word per <unk> for
// a language model.
inline DatasetManifest AddMadeRawText(const std::string& folder, DatasetManifest manifest) {
  const bool references = manifest.task() == TRANSLATION;
  for (SplitEntry& split : *manifest.mutable_splits()) {
    for (int shard = 0; shard < split.shards_size(); ++shard) {
      const TextCounts& counts = split.shards(shard).counts(0);
      RawTextHeader header;
      header.set_format_version(kRawTextFormatVersion);
      header.set_content(references ? RawTextHeader::REFERENCE : RawTextHeader::UNKNOWN_WORDS);
      header.set_split(split.name());
      header.set_shard(static_cast<uint32_t>(shard));
      header.set_shard_crc32c(split.shards(shard).crc32c());
      header.set_examples(counts.examples());
      header.set_texts(references ? counts.examples() : counts.unknown());
      std::vector<std::vector<std::string>> texts(counts.examples());
      for (uint64_t i = 0; i < header.texts(); ++i)
        texts[references ? i : 0].push_back(absl::StrCat("Text ", shard, ".", i));
      RawTextFingerprint fingerprint(header);
      const auto visit = [&](const auto& take) {
        for (const auto& of_example : texts) {
          const std::vector<std::string_view> views(of_example.begin(), of_example.end());
          take(views);
        }
      };
      visit([&](const auto& views) { fingerprint.Add(views); });
      const std::string path = JoinPath(folder, absl::StrCat("texts-", shard));
      auto writer = *RawTextWriter::Create(path, header, fingerprint.file_id());
      visit([&](const auto& views) { EXPECT_THAT(writer->Add(views), IsOk()); });
      const auto entry = writer->Finish();
      EXPECT_THAT(entry, IsOk());
      *split.add_raw_texts() = *entry;
    }
    if (references) continue;
    split.mutable_restoration()->set_exact_lines(split.counts(0).examples());
    for (int i = 0; i < kRestorationCounts; ++i) split.mutable_restoration()->add_operations(0);
  }
  EXPECT_THAT(WriteFile(JoinPath(folder, kManifestName), ManifestToText(manifest)), IsOk());
  return manifest;
}

// `count` examples of at most `longest` tokens with ids in [2, predicted_size), each ending with
// </s>.
inline Examples RandomExamples(int count, int longest, uint32_t predicted_size = 100,
                               uint32_t seed = 1) {
  Examples examples(count);
  uint64_t x = seed;
  const auto draw = [&x] { return (x = x * 6364136223846793005u + 1442695040888963407u) >> 33; };
  for (auto& example : examples) {
    example.resize(draw() % longest + 1);
    for (uint32_t& id : example) id = static_cast<uint32_t>(2 + draw() % (predicted_size - 2));
    example.back() = 1;
  }
  return examples;
}

inline std::vector<int32_t> Flat(const std::vector<Examples>& shards) {
  std::vector<int32_t> ids;
  for (const Examples& examples : shards) {
    for (const auto& example : examples) ids.insert(ids.end(), example.begin(), example.end());
  }
  return ids;
}

// `count` random examples of a task with at most `longest` ids, as elman-preprocess could write
// them.
inline FieldExamples RandomTaskExamples(Task task, int count, int longest,
                                        uint32_t predicted_size = 100, uint32_t seed = 1) {
  FieldExamples fields = {RandomExamples(count, longest, predicted_size, seed)};
  if (task == TRANSLATION)
    fields.push_back(RandomExamples(count, longest, predicted_size, seed + 1000));
  uint64_t x = seed + 7;
  const auto draw = [&x] { return (x = x * 6364136223846793005u + 1442695040888963407u) >> 33; };
  if (task == COOCCURRENCE) {
    fields.resize(3, fields[0]);
    for (std::vector<uint32_t>& weights : fields[2]) {
      for (uint32_t& weight : weights)
        weight = std::bit_cast<uint32_t>(0.01f * static_cast<float>(1 + draw() % 1000));
    }
    std::ranges::reverse(fields[1]);
    for (size_t i = 0; i < fields[1].size(); ++i) fields[1][i].resize(fields[0][i].size(), 3);
    return fields;
  }
  if (task != TAGGING && task != CLASSIFICATION) return fields;
  fields.emplace_back(count);
  for (int i = 0; i < count; ++i) {
    std::vector<uint32_t>& labels = fields[1][i];
    labels.resize(task == TAGGING ? fields[0][i].size() : 1);
    // One tag in four, except the first, is missing; a few are unseen.
    for (size_t t = 0; t < labels.size(); ++t) {
      const bool none = t > 0 && draw() % 4 == 0;
      labels[t] = static_cast<uint32_t>(none ? predicted_size + 1 : draw() % (predicted_size + 1));
    }
  }
  return fields;
}

}  // namespace elman
