// Data sets made on the spot from given examples.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/checksum.h"
#include "data/shards/dataset.h"
#include "data/shards/shard_writer.h"
#include "tests/support/scratch.h"

namespace elman {

using Examples = std::vector<std::vector<uint32_t>>;

// A shard of the examples; `unknown_id` tokens are counted as unknown.
inline absl::StatusOr<ShardEntry> WriteMadeShard(const std::string& path, const ShardHeader& header,
                                                 const Examples& examples,
                                                 uint32_t unknown_id = 0) {
  ShardFingerprint fingerprint(header);
  for (const auto& example : examples) fingerprint.Add(example);
  auto writer = ShardWriter::Create(path, header, fingerprint.file_id());
  if (!writer.ok()) return writer.status();
  for (const auto& example : examples) {
    TextCounts counts;
    counts.set_unknown(std::count(example.begin(), example.end(), unknown_id));
    counts.set_words(example.size());
    counts.set_bytes(3 * example.size());
    if (absl::Status status = (*writer)->Add(example, counts); !status.ok()) return status;
  }
  return (*writer)->Finish();
}

// <unk>, </s> and so many words: w2, w3, ...
inline Vocabulary MadeVocabulary(uint32_t predicted_size) {
  std::vector<Vocabulary::Entry> entries = {{"<unk>", 1}, {"</s>", 1}};
  for (uint32_t id = 2; id < predicted_size; ++id) entries.push_back({absl::StrCat("w", id), 1});
  return *Vocabulary::Create(entries);
}

inline ShardHeader MadeHeader(const std::string& fingerprint, uint32_t width = 2) {
  ShardHeader header;
  header.set_format_version(kShardFormatVersion);
  header.set_task(LANGUAGE_MODEL);
  header.set_split("train");
  header.set_shard(0);
  header.set_shards(1);
  header.set_token_width(width);
  header.set_vocabulary_fingerprint(fingerprint);
  return header;
}

// Writes into `folder` a data set whose split train has a shard for each of `shards`.
inline DatasetManifest WriteMadeDataset(const std::string& folder,
                                        const std::vector<Examples>& shards,
                                        uint32_t predicted_size = 100,
                                        const std::string& tokenizer_model = "") {
  const Vocabulary vocabulary = MadeVocabulary(predicted_size);
  const std::string text = vocabulary.ToText();
  DatasetManifest manifest;
  manifest.set_format_version(kDatasetFormatVersion);
  manifest.set_task(LANGUAGE_MODEL);
  manifest.mutable_tokenizer()->set_kind(TokenizerSpec::WHITESPACE);
  const std::string fingerprint =
      VocabularyFingerprint(manifest.tokenizer(), text, tokenizer_model);
  *manifest.mutable_vocabulary() = SpecOf(vocabulary, fingerprint);
  manifest.mutable_vocabulary_file()->set_file(std::string(kVocabularyName));
  manifest.mutable_vocabulary_file()->set_bytes(text.size());
  manifest.mutable_vocabulary_file()->set_crc32c(Crc32c(text));
  EXPECT_THAT(WriteFile(JoinPath(folder, kVocabularyName), text), IsOk());
  if (!tokenizer_model.empty()) {
    FileEntry* file = manifest.mutable_tokenizer_file();
    file->set_file(std::string(kTokenizerName));
    file->set_bytes(tokenizer_model.size());
    file->set_crc32c(Crc32c(tokenizer_model));
    EXPECT_THAT(WriteFile(JoinPath(folder, kTokenizerName), tokenizer_model), IsOk());
  }
  SplitEntry* split = manifest.add_splits();
  split->set_name("train");
  for (size_t i = 0; i < shards.size(); ++i) {
    ShardHeader header = MadeHeader(fingerprint, TokenWidth(vocabulary.size()));
    header.set_shard(static_cast<uint32_t>(i));
    header.set_shards(static_cast<uint32_t>(shards.size()));
    const auto entry =
        WriteMadeShard(JoinPath(folder, absl::StrCat("shard-", i)), header, shards[i]);
    EXPECT_THAT(entry, IsOk());
    *split->add_shards() = *entry;
    AddCounts(entry->counts(), split->mutable_counts());
  }
  EXPECT_THAT(WriteFile(JoinPath(folder, kManifestName), ManifestToText(manifest)), IsOk());
  return manifest;
}

// `count` examples of up to `longest` tokens, ids among [2, predicted_size), each ending in </s>.
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

}  // namespace elman
