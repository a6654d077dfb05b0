// Corpora for tests, and the data sets that preprocessing makes of them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/preprocess/preprocess.h"
#include "data/shards/dataset.h"
#include "data/shards/example_reader.h"
#include "data/shards/verify.h"
#include "data/tokenizer/detokenizer.h"
#include "tests/support/scratch.h"
#include "trainer/comm/single_process.h"

namespace elman {

// A corpus of a task with at least `bytes` bytes.
inline std::string MadeCorpus(Task task, size_t bytes) {
  const char* const words[] = {"in",  "the",   "beginning", "was",   "word",
                               "and", "don't", "3.14",      "naïve", "我们"};
  std::string text;
  uint32_t x = 3;
  const auto draw = [&](uint32_t n) { return (x = x * 1664525 + 1013904223) / 65536 % n; };
  const auto phrase = [&](const char* separator) {
    std::string made = words[draw(10)];
    for (uint32_t i = draw(9); i > 0; --i) made += std::string(separator) + words[draw(10)];
    return made;
  };
  while (text.size() < bytes) {
    if (task == LANGUAGE_MODEL) text += (draw(9) > 0 ? phrase(" ") : "") + "\n";
    if (task == CLASSIFICATION) text += std::to_string(draw(5)) + "\t" + phrase(" ") + "\n";
    if (task == TRANSLATION) text += phrase(" ") + "\t" + phrase(" ") + "\n";
    for (uint32_t i = draw(9) + 1; task == TAGGING && i > 0; --i)
      text += std::string(words[draw(10)]) + "\tT" + std::to_string(draw(7)) + "\n";
    if (task == TAGGING) text += "\n";
  }
  return text;
}

class PreprocessFixture : public testing::Test {
 protected:
  PreprocessFixture() {
    options_.quiet = true;
    options_.tokenizer.set_kind(TokenizerSpec::WORD);
    options_.output = scratch_.Path("out");
  }

  absl::StatusOr<PreprocessReport> Run() {
    if (absl::Status status = CheckOptions(&options_); !status.ok()) return status;
    SingleProcess alone;
    return Preprocess(options_, &alone, nullptr);
  }

  // Runs preprocessing, replacing an earlier result, and verifies the result.
  PreprocessReport RunWell() {
    std::filesystem::remove_all(options_.output);
    const auto report = Run();
    EXPECT_THAT(report, IsOk());
    EXPECT_THAT(VerifyDataset(options_.output).problems, testing::IsEmpty());
    return report.ok() ? *report : PreprocessReport();
  }

  void Give(const std::string& split, const std::string& text) {
    options_.splits.push_back({split, {scratch_.Write(split, text)}});
  }

  std::vector<std::pair<std::string, std::string>> Output() {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator(options_.output)) {
      const std::string name = entry.path().filename().string();
      files.emplace_back(name, scratch_.Read("out/" + name));
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // The ids of an example by field.
  std::vector<std::vector<int32_t>> Example(const std::string& split, uint64_t number) {
    auto reader = *ExampleReader::Open(*Dataset::Open(options_.output), split, 0);
    const ExampleView view = *reader->Read(number);
    std::vector<std::vector<int32_t>> fields;
    for (int i = 0; i < reader->fields(); ++i)
      fields.emplace_back(view.fields[i].begin(), view.fields[i].end());
    return fields;
  }

  // The text of the first field of the split, from its ids.
  std::string TextOf(const std::string& split) {
    const auto dataset = *Dataset::Open(options_.output);
    const auto reader = *ExampleReader::Open(dataset, split, 0);
    std::vector<uint32_t> ids;
    for (uint64_t i = 0; i < reader->examples(); ++i) {
      const auto text = (*reader->Read(i)).fields[0];
      ids.insert(ids.end(), text.begin(), text.end());
    }
    const TokenizerSpec& tokenizer = dataset->manifest().fields(0).tokenizer();
    return Detokenize(tokenizer.kind(), dataset->vocabulary(), ids);
  }

  Scratch scratch_;
  PreprocessOptions options_;
};

}  // namespace elman
