#include "trainer/run/training_data.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/batches/mixture.h"
#include "data/batches/sequence_batcher.h"
#include "data/batches/stream_batcher.h"
#include "data/command_line/path_lists.h"
#include "data/features/feature_reader.h"
#include "data/format/number_text.h"
#include "data/format/shell_word.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"
#include "data/shards/length_histogram.h"
#include "data/shards/manifest.h"
#include "data/shards/split_blocks.h"
#include "data/text/task_fields.h"
#include "trainer/comm/agreement.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

constexpr char kTrain[] = "train";

// Adds to the error of a rank that cannot open the data set of `folder` that other ranks can.
absl::Status ExplainHiddenDataset(Communicator* communicator, const std::string& folder,
                                  const absl::Status& opened) {
  std::vector<uint8_t> has_it(communicator->size());
  const uint8_t mine = opened.ok() ? 1 : 0;
  communicator->AllGather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(has_it)));
  const auto first = std::ranges::find(has_it, 1);
  if (opened.ok() || first == has_it.end()) return opened;
  return absl::Status(
      opened.code(),
      absl::StrCat(
          folder, ": the data set is not visible on this host, or is damaged there, but rank ",
          first - has_it.begin(),
          " reads it. Use a file system that all hosts can access, or copy the data set to "
          "this path on every host (error on this host: ",
          opened.message(), ")"));
}

// Checks that all ranks opened the same data set.
absl::Status AgreeOnDataset(Communicator* communicator, const std::string& folder,
                            const absl::StatusOr<std::shared_ptr<const Dataset>>& dataset) {
  RETURN_IF_ERROR(
      Agree(communicator, ExplainHiddenDataset(communicator, folder, dataset.status())));
  const auto all = communicator->AllGather(DatasetFingerprint(**dataset));
  const auto other =
      std::ranges::find_if(all, [&](const std::string& theirs) { return theirs != all[0]; });
  if (other == all.end()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat((*dataset)->folder(), ": rank ", other - all.begin(),
                   " reads another data set there than rank 0; give every host the same copy"));
}

// Returns whether ids have the same meaning in both, regardless of the counts of the pieces.
bool SamePieces(const Dataset& a, const Dataset& b, int field) {
  const Vocabulary &ours = a.vocabulary(field), &theirs = b.vocabulary(field);
  if (ours.size() != theirs.size() || a.tokenizer_model(field) != b.tokenizer_model(field))
    return false;
  for (uint32_t id = 0; id < ours.size(); ++id) {
    if (ours.piece(id) != theirs.piece(id)) return false;
  }
  return true;
}

absl::Status CheckSameIds(const Dataset& first, const Dataset& other) {
  const auto name = [](const Dataset& dataset) {
    return absl::AsciiStrToLower(Task_Name(dataset.manifest().task()));
  };
  if (name(first) != name(other)) {
    return absl::FailedPreconditionError(absl::StrCat(
        other.folder(), " is a data set for task ", name(other), ", and ", first.folder(),
        " for task ", name(first), ". Use data sets for the same task in --data"));
  }
  bool same = true;
  for (int field = 0; same && field < first.manifest().fields_size(); ++field)
    same = SamePieces(first, other, field);
  if (same) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      other.folder(), ": its vocabularies are not those of ", first.folder(),
      ". Make it again with elman-preprocess --vocabulary_of=", ShellWord(first.folder())));
}

// Returns false if the manifest shows that no example of the split has more than `most` tokens.
bool MayHaveLonger(const SplitEntry& split, size_t most) {
  if (split.surveys().empty()) return true;
  return std::ranges::any_of(split.surveys(), [&](const FieldStatistics& statistics) {
    const int bins = statistics.length_counts_size();
    return bins > 0 && FirstLengthOfBin(bins) - 1 > most;
  });
}

// Finds longer examples in this rank's part of the split.
absl::Status FindLonger(Communicator* communicator, const Dataset& dataset, size_t most,
                        LongExamples* found) {
  ASSIGN_OR_RETURN(const std::unique_ptr<SplitBlocks> blocks,
                   SplitBlocks::Open(dataset, kTrain, /*cache_bytes=*/0));
  const size_t ranks = communicator->size(), rank = communicator->rank();
  const size_t end = blocks->blocks() * (rank + 1) / ranks;
  for (size_t number = blocks->blocks() * rank / ranks; number < end; ++number) {
    ASSIGN_OR_RETURN(const ExampleBlock* block, blocks->Read(number));
    const uint64_t first = blocks->first_example(number);
    for (uint64_t i = 0; first + i < blocks->first_example(number + 1); ++i) {
      bool longer = false;
      for (int field = 0; field < dataset.manifest().fields_size() && !longer; ++field)
        longer = block->example(field, i).size() > most;
      if (!longer) continue;
      found->examples.push_back(first + i);
      found->tokens += block->example(0, i).size();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Datasets> OpenDatasets(Communicator* communicator, const std::string& folders) {
  Datasets datasets;
  // Rank 0 checks which commas belong to names of folders.
  absl::StatusOr<std::vector<std::string>> split = std::vector<std::string>{};
  if (communicator->rank() == 0) split = SplitPaths("--data", folders);
  RETURN_IF_ERROR(AgreeWithRoot(communicator, split.status()));
  constexpr char kBetweenNames = '\0';
  std::string all = absl::StrJoin(*split, absl::string_view(&kBetweenNames, 1));
  BroadcastString(communicator, &all, 0);
  const std::vector<std::string> names = absl::StrSplit(all, kBetweenNames);
  for (const std::string& folder : names) {
    const auto dataset = Dataset::Open(folder);
    RETURN_IF_ERROR(AgreeOnDataset(communicator, folder, dataset));
    datasets.push_back(*dataset);
    RETURN_IF_ERROR(CheckSameIds(*datasets[0], **dataset));
  }
  return datasets;
}

std::string DatasetFingerprint(const Dataset& dataset) {
  return Fingerprint().Add(ManifestToText(dataset.manifest())).Hex();
}

std::string SplitFingerprint(const Dataset& dataset, std::string_view split) {
  const absl::StatusOr<const SplitEntry*> entry = dataset.FindSplit(split);
  if (!entry.ok()) return "";
  Fingerprint hash;
  hash.Add(split).Add(Task_Name(dataset.manifest().task()));
  for (const FieldEntry& field : dataset.manifest().fields())
    hash.Add(field.vocabulary().fingerprint());
  for (const ShardEntry& shard : (*entry)->shards())
    hash.Add(uint64_t{shard.bytes()}).Add(uint64_t{shard.crc32c()});
  for (const FileEntry& features : (*entry)->features())
    hash.Add(uint64_t{features.bytes()}).Add(uint64_t{features.crc32c()});
  return hash.Hex();
}

absl::StatusOr<std::vector<double>> DataWeights(const Datasets& datasets,
                                                const TrainingConfig& config) {
  std::vector<double> weights(config.data_weights().begin(), config.data_weights().end());
  if (weights.empty()) {
    for (const auto& dataset : datasets) {
      ASSIGN_OR_RETURN(const SplitEntry* train, dataset->FindSplit(kTrain));
      weights.push_back(static_cast<double>(train->counts(0).tokens()));
    }
  }
  if (weights.size() != datasets.size()) {
    return absl::InvalidArgumentError(absl::StrCat("data_weights has ", weights.size(),
                                                   " numbers, but --data names ", datasets.size(),
                                                   " data sets; give one for each, or none"));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

absl::Status SettleFeatures(const Datasets& datasets, ModelSpec* model) {
  FeatureSpec* features = model->mutable_features();
  // If the task cannot read features, CreateModel returns the error.
  if (features->use() == FeatureSpec::NONE || !TraitsOf(datasets[0]->manifest().task()).layers)
    return absl::OkStatus();
  if (features->size() == 0)
    features->set_size(static_cast<int32_t>(datasets[0]->manifest().features().size()));
  for (const auto& dataset : datasets) RETURN_IF_ERROR(CheckFeatures(*dataset, features->size()));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LongExamples>> FindLongExamples(Communicator* communicator,
                                                           const Datasets& datasets,
                                                           const TrainingConfig& config) {
  std::vector<LongExamples> all(datasets.size());
  if (config.max_length() == 0) return all;
  const auto most = static_cast<size_t>(config.max_length());
  if (const Task task = datasets[0]->manifest().task();
      IsRunningText(task) || TraitsOf(task).word_pairs) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_length is ", most,
                     ": it is for tasks that read whole examples; running text is cut into parts "
                     "of sequence_length tokens; leave it out"));
  }
  for (size_t i = 0; i < datasets.size(); ++i) {
    ASSIGN_OR_RETURN(const SplitEntry* train, datasets[i]->FindSplit(kTrain));
    if (!MayHaveLonger(*train, most)) continue;
    LongExamples mine;
    RETURN_IF_ERROR(Agree(communicator, FindLonger(communicator, *datasets[i], most, &mine)));
    const auto bytes = std::as_bytes(std::span(mine.examples));
    for (const std::string& theirs : communicator->AllGather(
             std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()))) {
      const size_t before = all[i].examples.size();
      all[i].examples.resize(before + theirs.size() / sizeof(uint64_t));
      std::memcpy(all[i].examples.data() + before, theirs.data(), theirs.size());
    }
    all[i].tokens = communicator->Sum({mine.tokens})[0];
  }
  return all;
}

std::string LongExamplesText(const Datasets& datasets, const std::vector<LongExamples>& left_out,
                             int32_t max_length) {
  uint64_t examples = 0, all_examples = 0, tokens = 0, all_tokens = 0;
  for (size_t i = 0; i < datasets.size(); ++i) {
    const TextCounts& counts = (*datasets[i]->FindSplit(kTrain))->counts(0);
    all_examples += counts.examples();
    all_tokens += counts.tokens();
    examples += left_out[i].examples.size();
    tokens += left_out[i].tokens;
  }
  if (examples == 0) return "";
  return absl::StrCat(
      "left out ", GroupedText(examples), " of ", GroupedText(all_examples),
      " training examples, of more than ", GroupedText(max_length), " tokens (max_length), ",
      FixedText(100 * static_cast<double>(tokens) / static_cast<double>(all_tokens), 1),
      " % of the tokens");
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateTrainingSource(
    const Datasets& datasets, const TrainingConfig& config,
    const std::vector<LongExamples>& left_out) {
  ASSIGN_OR_RETURN(const std::vector<double> weights, DataWeights(datasets, config));
  if (IsRunningText(datasets[0]->manifest().task())) {
    if (config.batch_by() == TrainingConfig::TOKENS) {
      return absl::InvalidArgumentError(
          "batch_by is TOKENS: all batches of running text have the same number of tokens, "
          "batch_size times sequence_length; leave it out");
    }
    return CreateMixedStreamBatcher(datasets, weights, kTrain,
                                    {.batch_size = config.batch_size(),
                                     .sequence_length = config.sequence_length(),
                                     .lanes = config.lanes(),
                                     .unit = TextUnitOf(config.model()),
                                     .feature_size = FeatureSize(config.model())});
  }
  std::vector<std::unique_ptr<BatchSource>> sources;
  for (size_t i = 0; i < datasets.size(); ++i) {
    ASSIGN_OR_RETURN(
        std::unique_ptr<BatchSource> source,
        CreateSequenceBatcher(
            datasets[i], kTrain, config.batch_size(), config.lanes(),
            {.shuffled = true,
             .seed = config.seed(),
             .by_tokens = config.batch_by() == TrainingConfig::TOKENS,
             .feature_size = FeatureSize(config.model()),
             .left_out = left_out.empty() ? std::vector<uint64_t>() : left_out[i].examples}));
    sources.push_back(std::move(source));
  }
  if (sources.size() == 1) return std::move(sources[0]);
  return CreateMixtureOfBatches(std::move(sources), weights, config.seed());
}

}  // namespace elman
