#include "data/preprocess/preprocess_cooccurrences.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/cooccurrences/cooccurrence_counter.h"
#include "data/format/number_text.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/length_histogram.h"
#include "data/shards/manifest.h"
#include "data/shards/shard_format.h"
#include "data/shards/vocabulary_spec.h"
#include "data/staging/output_folder.h"
#include "data/staging/pipeline_progress.h"
#include "data/staging/publish_dataset.h"
#include "data/text/task_fields.h"
#include "data/workers/in_turn.h"

namespace elman {
namespace {

constexpr char kTrain[] = "train";
constexpr int kSteps = 4;
// Pairs per example. A batch then has several examples, and the overhead of an example is
// negligible.
constexpr size_t kPairsOfExample = 1024;
// Pairs are merged in memory one part at a time. A part has about this number of places in the
// text, or fewer.
constexpr uint64_t kPlacesOfPart = uint64_t{1} << 20;
constexpr uint64_t kMaxPartBits = 24;

enum Field { kWords, kContexts, kWeights, kFields };

// The state of one run. Each stage is a method, in the order of Run.
class CooccurrencePipeline {
 public:
  CooccurrencePipeline(const CooccurrenceOptions& options, Interruption* interruption)
      : options_(options), interruption_(interruption), progress_(kSteps, !options.quiet) {}
  ~CooccurrencePipeline() {
    if (interruption_ != nullptr) interruption_->SetAction(nullptr);
  }

  absl::StatusOr<DatasetManifest> Run() {
    RETURN_IF_ERROR(OpenDataset());
    RETURN_IF_ERROR(OpenOutput());
    RETURN_IF_ERROR(Count());
    RETURN_IF_ERROR(Merge());
    RETURN_IF_ERROR(WriteAllShards());
    RETURN_IF_ERROR(Publish());
    return std::move(manifest_);
  }

 private:
  absl::Status OpenDataset();
  absl::Status OpenOutput();
  absl::Status Count();
  absl::Status Merge();
  absl::Status SpoolPart(uint64_t part, SpooledExamples* examples);
  void DescribeFields();
  absl::Status WriteAllShards();
  absl::Status Publish();

  std::string InFolder(const std::string& name) const {
    return JoinPath(output_->work_path(), name);
  }

  const CooccurrenceOptions& options_;
  Interruption* const interruption_;
  PipelineProgress progress_;
  std::shared_ptr<const Dataset> dataset_;
  const SplitEntry* text_ = nullptr;  // the split that is counted
  std::unique_ptr<OutputFolder> output_;
  PairParts parts_;
  std::vector<PairRun> runs_;
  std::unique_ptr<SpoolWriter> spool_;
  SpooledSplit pairs_;
  std::mutex mutex_;
  LengthCounts lengths_;  // lengths of examples; guarded by mutex_
  DatasetManifest manifest_;
};

absl::Status CooccurrencePipeline::OpenDataset() {
  ASSIGN_OR_RETURN(dataset_, Dataset::Open(options_.dataset));
  if (const Task task = dataset_->manifest().task(); !IsRunningText(task)) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.dataset, ": --cooccurrences_of requires a data set of running text, ",
        "found the task ", absl::AsciiStrToLower(Task_Name(task)),
        "; make one first: elman-preprocess --task=embedding --train=FILE --output=DATASET_DIR"));
  }
  ASSIGN_OR_RETURN(text_, dataset_->FindSplit(kTrain));
  return absl::OkStatus();
}

absl::Status CooccurrencePipeline::OpenOutput() {
  ASSIGN_OR_RETURN(output_, OutputFolder::Open(options_.output));
  if (interruption_ != nullptr)
    interruption_->SetAction([output = output_.get()] { output->Leave(); });
  bool discarded = false;
  return output_->Begin("co-occurrences, which cannot be resumed\n", &discarded).status();
}

// The number of parts depends on the text and the window only, so that the bytes written do not
// depend on anything else.
absl::Status CooccurrencePipeline::Count() {
  const uint64_t tokens = text_->counts(0).tokens();
  const uint64_t parts = tokens * static_cast<uint64_t>(options_.window) / kPlacesOfPart;
  parts_.bits = static_cast<int>(std::min<uint64_t>(std::bit_width(parts), kMaxPartBits));
  progress_.Begin("counting pairs of words", text_->counts(0).bytes());
  const double bytes = static_cast<double>(text_->counts(0).bytes()) / static_cast<double>(tokens);
  ASSIGN_OR_RETURN(
      runs_, CountPairs(*dataset_, kTrain,
                        {.folder = output_->work_path(),
                         .window = options_.window,
                         .parts = parts_,
                         .memory_bytes = options_.memory_mb << 20,
                         .threads = options_.threads},
                        [&](uint64_t read) {
                          progress_.Add(static_cast<uint64_t>(bytes * static_cast<double>(read)));
                        }));
  progress_.End();
  return absl::OkStatus();
}

// Merges the runs part by part. Each part becomes a chunk of the new data set.
absl::Status CooccurrencePipeline::Merge() {
  progress_.Begin("merging the counts");
  const std::string path = InFolder("spool");
  RETURN_IF_ERROR(RemoveFile(path));
  ASSIGN_OR_RETURN(spool_, SpoolWriter::Open(path, /*spool=*/0));
  std::vector<SpooledExamples> examples(options_.threads);
  RETURN_IF_ERROR(WorkInTurn<uint64_t>(
      options_.threads,
      [&, next = uint64_t{0}](uint64_t* part) mutable -> absl::StatusOr<bool> {
        *part = next++;
        return *part < parts_.size();
      },
      [&](int thread, uint64_t* part) { return SpoolPart(*part, &examples[thread]); }));
  for (const PairRun& run : runs_) RETURN_IF_ERROR(RemoveFile(run.path));
  ASSIGN_OR_RETURN(pairs_, OpenSpooledSplit({path}, spool_->chunks()));
  progress_.End();
  if (pairs_.ids > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options_.dataset,
                   ": no line has two words of the vocabulary, so there are no pairs to count; use "
                   "more text or a smaller --min_count"));
}

// Cuts the pairs of a part, which are in shuffled order, into examples.
absl::Status CooccurrencePipeline::SpoolPart(uint64_t part, SpooledExamples* examples) {
  examples->Clear(kFields);
  examples->chunk = part;
  std::vector<SpooledExamples::Field>& fields = examples->fields;
  RETURN_IF_ERROR(MergePairRuns(runs_, part, [&](const WeighedPair& pair) {
    if (fields[kWords].ids.size() % kPairsOfExample == 0) {
      for (SpooledExamples::Field& field : fields) {
        field.lengths.push_back(0);
        field.words.push_back(0);
        field.bytes.push_back(0);
      }
    }
    for (SpooledExamples::Field& field : fields) ++field.lengths.back();
    const auto weight = static_cast<float>(static_cast<double>(pair.weight) * 0x1p-32);
    fields[kWords].ids.push_back(WordOf(pair.key));
    fields[kContexts].ids.push_back(ContextOf(pair.key));
    fields[kWeights].ids.push_back(std::bit_cast<uint32_t>(weight));
    return absl::OkStatus();
  }));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const uint32_t length : fields[kWords].lengths) CountLength(length, &lengths_);
  }
  return spool_->Append(*examples);
}

// The fields of the new data set: words and contexts have the vocabulary of the text; weights are
// numbers.
void CooccurrencePipeline::DescribeFields() {
  manifest_.set_format_version(kDatasetFormatVersion);
  manifest_.set_task(COOCCURRENCE);
  for (const TaskField& known : FieldsOf(COOCCURRENCE)) {
    FieldEntry* field = manifest_.add_fields();
    if (known.numbers) {
      field->mutable_tokenizer()->set_kind(TokenizerSpec::NUMBER);
      *field->mutable_vocabulary() =
          SpecOf(Vocabulary::Numbers(), VocabularyFingerprint(field->tokenizer(), "", ""));
    } else {
      *field = dataset_->manifest().fields(0);
    }
    field->set_name(std::string(known.name));
  }
}

absl::Status CooccurrencePipeline::WriteAllShards() {
  progress_.Begin("writing shards");
  DescribeFields();
  ShardingPlan plan{.folder = output_->work_path(),
                    .shard_tokens = options_.shard_tokens,
                    .threads = options_.threads};
  plan.header.set_format_version(kShardFormatVersion);
  plan.header.set_task(COOCCURRENCE);
  plan.header.set_split(kTrain);
  const Vocabulary &words = dataset_->vocabulary(), numbers = Vocabulary::Numbers();
  for (int i = 0; i < kFields; ++i) {
    const Vocabulary& vocabulary = i == kWeights ? numbers : words;
    ShardHeader::Field* field = plan.header.add_fields();
    field->set_name(manifest_.fields(i).name());
    field->set_token_width(TokenWidth(vocabulary.id_limit()));
    field->set_vocabulary_fingerprint(manifest_.fields(i).vocabulary().fingerprint());
    plan.unknown_ids.push_back(vocabulary.unknown_id());
  }
  uint64_t kept = 0;
  ASSIGN_OR_RETURN(*manifest_.add_splits(), WriteShards(pairs_, std::move(plan), &kept));
  progress_.End();
  return absl::OkStatus();
}

absl::Status CooccurrencePipeline::Publish() {
  progress_.Begin("publishing");
  SplitEntry* train = manifest_.mutable_splits(0);
  train->set_name(kTrain);
  SumUpShards(train);
  *train->mutable_sources() = text_->sources();
  for (int i = 0; i < kFields; ++i) *train->add_surveys()->mutable_length_counts() = lengths_;
  PreprocessSpec* spec = manifest_.mutable_preprocess();
  *spec = dataset_->manifest().preprocess();
  spec->set_elman_version(ELMAN_VERSION);
  spec->set_shard_tokens(options_.shard_tokens);
  spec->set_window(static_cast<uint32_t>(options_.window));
  for (int i = 0; i < kWeights; ++i) {
    FieldEntry* field = manifest_.mutable_fields(i);
    RETURN_IF_ERROR(WriteEntry(output_->work_path(), field->vocabulary_file().file(),
                               dataset_->vocabulary_text(), field->mutable_vocabulary_file()));
    if (!field->has_tokenizer_file()) continue;
    RETURN_IF_ERROR(WriteEntry(output_->work_path(), field->tokenizer_file().file(),
                               dataset_->tokenizer_model(), field->mutable_tokenizer_file()));
  }
  RETURN_IF_ERROR(PublishDataset(manifest_, output_.get()));
  progress_.End();
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(const CooccurrenceOptions& options) {
  if (options.output.empty())
    return absl::InvalidArgumentError(
        "--output=DATASET_DIR is missing; name a new folder for the counts");
  if (options.window < 1 || options.window > kMaxWindow) {
    return absl::InvalidArgumentError(
        absl::StrCat("--window=", options.window, ": expected 1 to ", kMaxWindow));
  }
  return CheckResources(options.shard_tokens, options.threads, options.memory_mb);
}

absl::StatusOr<DatasetManifest> PreprocessCooccurrences(const CooccurrenceOptions& options,
                                                        Interruption* interruption) {
  return CooccurrencePipeline(options, interruption).Run();
}

std::string CooccurrenceReport(const DatasetManifest& manifest) {
  const TextCounts& counts = manifest.splits(0).counts(kWords);
  return absl::StrCat(CountText(counts.tokens(), "pair"), " of ",
                      CountText(manifest.fields(kWords).used_types(), "word"),
                      " at distances up to ", manifest.preprocess().window(), ", in ",
                      CountText(manifest.splits(0).shards_size(), "shard"), "\n");
}

}  // namespace elman
