#include "data/preprocess.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/corpus_inputs.h"
#include "data/field_coding.h"
#include "data/io/checksum.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_folder.h"
#include "data/pipeline_progress.h"
#include "data/shards/dataset.h"
#include "data/shards/example_spool.h"
#include "data/shards/shard_writer.h"
#include "data/shards/spooled_split.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_parser.h"
#include "data/tokenize_chunk.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/workers/in_turn.h"

namespace elman {
namespace {

constexpr int kStepsAfterVocabularies = 3;

// Processes of one job exchange vectors of plain numbers as bytes.
template <typename T>
std::string ToBytes(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <typename T>
std::vector<T> FromBytes(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

// The state of one run; each stage is a method, in the order of Run.
class Pipeline {
 public:
  Pipeline(const PreprocessOptions& options, WorkerGroup* workers, Interruption* interruption)
      : options_(options),
        workers_(workers),
        interruption_(interruption),
        fields_(PlanFields(options)),
        progress_(VocabularySteps(fields_) + kStepsAfterVocabularies,
                  !options.quiet && workers->rank() == 0, workers->size()) {}

  absl::StatusOr<PreprocessReport> Run() {
    RETURN_IF_ERROR(workers_->Agree(OpenOutput()));
    folder_ = workers_->Broadcast(folder_);
    RETURN_IF_ERROR(workers_->Agree(OpenInputs()));
    ShareInputs();

    RETURN_IF_ERROR(MakeVocabularies(options_, CorpusOfSplit(splits_[0]), folder_, workers_,
                                     &progress_, &fields_, &report_));
    RETURN_IF_ERROR(Tokenize());
    RETURN_IF_ERROR(WriteShards());
    RETURN_IF_ERROR(workers_->Agree(Publish()));
    return std::move(report_);
  }

  // `status` with the names that were given in the place of those of copies.
  absl::Status WithNamesGiven(const absl::Status& status) const;

 private:
  using Split = PreprocessOptions::Split;

  absl::Status OpenOutput();
  absl::Status OpenInputs();
  void ShareInputs();
  absl::Status Tokenize();
  absl::Status TokenizeSplit(const Split& split, SpoolWriter* spool);
  absl::StatusOr<SpooledSplit> ShareSpools(const Split& split, const SpoolWriter& spool);
  absl::Status ShareFindings();
  absl::Status FinishVocabularies();
  absl::Status WriteShards();
  absl::StatusOr<SplitEntry> WriteMyShards(const std::string& name, const SpooledSplit& split);
  absl::Status RemoveSpools() const;
  absl::Status Publish();

  std::string SpoolPath(const Split& split, int rank) const;
  void CountIds(const SpooledExamples& examples, std::vector<std::vector<uint64_t>>* counts) const;
  bool first() const { return workers_->rank() == 0; }
  Corpus CorpusOfSplit(const Split& split) const {
    return CorpusOf(options_.task, split.files, split.target_files);
  }

  const PreprocessOptions& options_;
  WorkerGroup* const workers_;
  Interruption* const interruption_;
  std::vector<FieldCoding> fields_;
  PipelineProgress progress_;
  PreprocessReport report_;

  std::unique_ptr<TemporaryFolder> output_;                 // rank 0's
  std::string folder_;                                      // where all ranks write meanwhile
  std::vector<std::unique_ptr<AtomicFile>> copied_inputs_;  // rank 0's copies of pipes
  std::vector<Split> splits_;              // the options', with the copies in the place of pipes
  std::vector<std::string> fingerprints_;  // of the vocabularies, by field
  std::vector<SpooledSplit> tokenized_;    // as splits_, known to every rank
  std::vector<std::vector<uint64_t>> id_counts_;  // in train, by field that owns its vocabulary
  TextFindings findings_;
};

// --- Output and inputs ---

absl::Status CheckOutputIsFree(const std::string& path) {
  if (FileExists(JoinPath(path, kManifestName))) {
    return absl::AlreadyExistsError(absl::StrCat(
        path, ": holds a data set already; remove the folder or choose another --output"));
  }
  if (FileExists(path) && !IsFolder(path)) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, ": expected a folder to create, found a file; choose another --output"));
  }
  std::error_code error;
  if (!FileExists(path) || std::filesystem::is_empty(path, error)) return absl::OkStatus();
  if (error) return ErrnoStatus(error.value(), "read the folder", path);
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": a folder with other files in it; choose another --output"));
}

absl::Status Pipeline::OpenOutput() {
  if (!first()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckOutputIsFree(options_.output));
  ASSIGN_OR_RETURN(output_, TemporaryFolder::Create(options_.output));
  folder_ = output_->temporary_path();
  if (interruption_ != nullptr) {
    interruption_->SetAction([folder = folder_] { RemoveFolder(folder); });
  }
  return absl::OkStatus();
}

absl::Status Pipeline::OpenInputs() {
  splits_ = options_.splits;
  return first() ? CheckInputs(folder_, &splits_, &copied_inputs_) : absl::OkStatus();
}

void Pipeline::ShareInputs() {
  for (Split& split : splits_) {
    for (std::string& file : split.files) file = workers_->Broadcast(file);
    for (std::string& file : split.target_files) file = workers_->Broadcast(file);
  }
}

absl::Status Pipeline::WithNamesGiven(const absl::Status& status) const {
  if (status.ok()) return status;
  std::string message(status.message());
  for (size_t i = 0; i < splits_.size(); ++i) {
    const auto restore = [&](const std::vector<std::string>& read,
                             const std::vector<std::string>& given) {
      for (size_t j = 0; j < read.size(); ++j) {
        if (read[j] != given[j]) message = absl::StrReplaceAll(message, {{read[j], given[j]}});
      }
    };
    restore(splits_[i].files, options_.splits[i].files);
    restore(splits_[i].target_files, options_.splits[i].target_files);
  }
  return absl::Status(status.code(), message);
}

// --- Tokens ---

std::string Pipeline::SpoolPath(const Split& split, int rank) const {
  return JoinPath(folder_, absl::StrCat("spool-", split.name, "-", rank));
}

absl::Status Pipeline::Tokenize() {
  for (const FieldCoding& field : fields_) id_counts_.emplace_back(field.vocabulary->id_limit());
  std::string names;
  for (const Split& split : splits_) absl::StrAppend(&names, names.empty() ? "" : ", ", split.name);
  progress_.Begin(absl::StrCat("tokenizing ", names));
  for (const Split& split : splits_) {
    const int rank = workers_->rank();
    absl::StatusOr<std::unique_ptr<SpoolWriter>> spool =
        SpoolWriter::Open(SpoolPath(split, rank), static_cast<uint64_t>(rank));
    RETURN_IF_ERROR(
        workers_->Agree(spool.ok() ? TokenizeSplit(split, spool->get()) : spool.status()));
    absl::StatusOr<SpooledSplit> tokenized = ShareSpools(split, **spool);
    RETURN_IF_ERROR(workers_->Agree(tokenized.status()));
    tokenized_.push_back(*std::move(tokenized));
    if (tokenized_.back().ids == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(options_.splits[tokenized_.size() - 1].files[0],
                       ": empty: there is no text in --", split.name));
    }
  }
  progress_.End();
  RETURN_IF_ERROR(ShareFindings());
  return FinishVocabularies();
}

absl::Status Pipeline::TokenizeSplit(const Split& split, SpoolWriter* spool) {
  struct Thread {
    TokenizedChunk chunk;
    TextFindings findings;
    std::vector<std::vector<uint64_t>> id_counts;
  };
  std::vector<Thread> threads(options_.threads);
  const bool train = &split == &splits_[0];
  if (train) {
    for (Thread& thread : threads) thread.id_counts = id_counts_;
  }
  ExampleCoding coding = {options_.task, options_.tokenizer.keep_empty_lines(), {}};
  for (const FieldCoding& field : fields_)
    coding.fields.push_back({field.vocabulary, field.tokenizer});
  CorpusReader reader(CorpusOfSplit(split), workers_->rank(), workers_->size());
  RETURN_IF_ERROR(WorkInTurn<TextChunk>(
      options_.threads, [&](TextChunk* chunk) { return reader.Next(chunk); },
      [&](int number, TextChunk* chunk) {
        Thread& thread = threads[number];
        RETURN_IF_ERROR(reader.Read(chunk));
        RETURN_IF_ERROR(TokenizeChunk(coding, *chunk, &thread.chunk));
        const SpooledExamples& examples = thread.chunk.examples;
        RETURN_IF_ERROR(thread.findings.AddSerialized(examples.notes));
        if (train) CountIds(examples, &thread.id_counts);
        progress_.Add(chunk->file_bytes);
        return spool->Append(examples);
      }));
  for (const Thread& thread : threads) {
    RETURN_IF_ERROR(findings_.AddSerialized(thread.findings.Serialize()));
    for (size_t i = 0; i < thread.id_counts.size(); ++i)
      std::ranges::transform(id_counts_[i], thread.id_counts[i], id_counts_[i].begin(),
                             std::plus<>());
  }
  return absl::OkStatus();
}

void Pipeline::CountIds(const SpooledExamples& examples,
                        std::vector<std::vector<uint64_t>>* counts) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    std::vector<uint64_t>& field = (*counts)[fields_[i].owner];
    for (const uint32_t id : examples.fields[i].ids) ++field[id];
  }
}

// What every rank has found and counted in its chunks becomes what all have.
absl::Status Pipeline::ShareFindings() {
  for (std::vector<uint64_t>& counts : id_counts_) counts = workers_->Sum(std::move(counts));
  TextFindings all;
  for (const std::string& theirs : workers_->Gather(findings_.Serialize()))
    RETURN_IF_ERROR(all.AddSerialized(theirs));
  report_.left_out = all.left_out;
  report_.invalid_examples = all.invalid_examples;
  for (uint32_t i = 0; i < all.unseen_labels.size(); ++i) {
    report_.unseen_labels.emplace_back(all.unseen_labels.piece(i), all.unseen_labels.count(i));
  }
  std::ranges::sort(report_.unseen_labels, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return absl::OkStatus();
}

absl::Status Pipeline::FinishVocabularies() {
  for (size_t i = 0; i < fields_.size(); ++i) {
    FieldCoding& field = fields_[i];
    if (field.owner < static_cast<int>(i)) {
      field.vocabulary = fields_[field.owner].vocabulary;
      fingerprints_.push_back(fingerprints_[field.owner]);
      continue;
    }
    // The tokenizer refers to the vocabulary without counts; its work is done.
    field.tokenizer = nullptr;
    ASSIGN_OR_RETURN(Vocabulary counted, WithCounts(*field.vocabulary, id_counts_[i]));
    field.vocabulary = std::make_shared<const Vocabulary>(std::move(counted));
    fingerprints_.push_back(
        VocabularyFingerprint(field.spec, field.vocabulary->ToText(), field.model));
  }
  return absl::OkStatus();
}

// Tells every rank where each chunk is.
absl::StatusOr<SpooledSplit> Pipeline::ShareSpools(const Split& split, const SpoolWriter& spool) {
  std::vector<SpooledChunk> chunks;
  for (const std::string& theirs : workers_->Gather(ToBytes(spool.chunks()))) {
    const std::vector<SpooledChunk> some = FromBytes<SpooledChunk>(theirs);
    chunks.insert(chunks.end(), some.begin(), some.end());
  }
  chunks = FromBytes<SpooledChunk>(workers_->Broadcast(ToBytes(chunks)));
  std::vector<std::string> paths;
  for (int rank = 0; rank < workers_->size(); ++rank) paths.push_back(SpoolPath(split, rank));
  return OpenSpooledSplit(paths, std::move(chunks));
}

// --- Shards ---

absl::Status Pipeline::WriteShards() {
  progress_.Begin("writing shards");
  for (size_t i = 0; i < splits_.size(); ++i) {
    absl::StatusOr<SplitEntry> mine = WriteMyShards(splits_[i].name, tokenized_[i]);
    RETURN_IF_ERROR(workers_->Agree(mine.status()));
    SplitEntry* split = report_.manifest.add_splits();
    split->set_name(splits_[i].name);
    for (const std::string& theirs : workers_->Gather(mine->SerializeAsString())) {
      split->MergeFromString(theirs);
    }
    std::sort(split->mutable_shards()->begin(), split->mutable_shards()->end(),
              [](const ShardEntry& a, const ShardEntry& b) { return a.file() < b.file(); });
    for (const ShardEntry& shard : split->shards())
      AddCounts(shard.counts(), split->mutable_counts());
  }
  progress_.End();
  return absl::OkStatus();
}

absl::StatusOr<SplitEntry> Pipeline::WriteMyShards(const std::string& name,
                                                   const SpooledSplit& split) {
  constexpr uint64_t kMaxShards = 99999;  // five digits in a file name
  const uint64_t shards = (split.ids - 1) / options_.shard_tokens + 1;
  if (shards > kMaxShards) {
    return absl::InvalidArgumentError(absl::StrCat("--shard_tokens=", options_.shard_tokens,
                                                   " would make ", shards, " shards of ", name,
                                                   ", more than ", kMaxShards, "; raise it"));
  }
  ShardHeader header;
  header.set_format_version(kShardFormatVersion);
  header.set_task(options_.task);
  header.set_split(name);
  header.set_shards(static_cast<uint32_t>(shards));
  std::vector<uint32_t> unknown_ids;
  for (size_t i = 0; i < fields_.size(); ++i) {
    ShardHeader::Field* field = header.add_fields();
    field->set_name(fields_[i].name);
    field->set_token_width(TokenWidth(fields_[i].vocabulary->id_limit()));
    field->set_vocabulary_fingerprint(fingerprints_[i]);
    unknown_ids.push_back(fields_[i].vocabulary->unknown_id());
  }
  std::mutex mutex;
  SplitEntry entries;  // guarded by mutex
  uint64_t next = workers_->rank();
  RETURN_IF_ERROR(WorkInTurn<uint64_t>(
      options_.threads,
      [&](uint64_t* shard) -> absl::StatusOr<bool> {
        *shard = next;
        next += workers_->size();
        return *shard < shards;
      },
      [&](int, uint64_t* shard) -> absl::Status {
        ShardHeader mine = header;
        mine.set_shard(static_cast<uint32_t>(*shard));
        ASSIGN_OR_RETURN(const ShardEntry entry, WriteShard(folder_, split, mine, unknown_ids));
        const std::lock_guard<std::mutex> lock(mutex);
        *entries.add_shards() = entry;
        return absl::OkStatus();
      }));
  return entries;
}

// --- Manifest ---

absl::Status WriteEntry(const std::string& folder, std::string_view name,
                        const std::string& contents, FileEntry* entry) {
  entry->set_file(std::string(name));
  entry->set_bytes(contents.size());
  entry->set_crc32c(Crc32c(contents));
  return WriteFile(JoinPath(folder, name), contents);
}

absl::Status Pipeline::RemoveSpools() const {
  for (const Split& split : splits_) {
    for (int rank = 0; rank < workers_->size(); ++rank)
      RETURN_IF_ERROR(RemoveFile(SpoolPath(split, rank)));
  }
  return absl::OkStatus();
}

absl::Status Pipeline::Publish() {
  if (!first()) return absl::OkStatus();
  progress_.Begin("publishing");
  copied_inputs_.clear();  // with their files
  tokenized_.clear();
  RETURN_IF_ERROR(RemoveSpools());
  DatasetManifest& manifest = report_.manifest;
  manifest.set_format_version(kDatasetFormatVersion);
  manifest.set_task(options_.task);
  for (size_t i = 0; i < fields_.size(); ++i) {
    const FieldCoding& field = fields_[i];
    FieldEntry* entry = manifest.add_fields();
    if (field.owner < static_cast<int>(i)) *entry = manifest.fields(field.owner);
    entry->set_name(field.name);
    if (field.owner < static_cast<int>(i)) continue;
    *entry->mutable_tokenizer() = field.spec;
    *entry->mutable_vocabulary() = SpecOf(*field.vocabulary, fingerprints_[i]);
    RETURN_IF_ERROR(WriteEntry(folder_, field.vocabulary_file, field.vocabulary->ToText(),
                               entry->mutable_vocabulary_file()));
    if (field.model.empty()) continue;
    RETURN_IF_ERROR(
        WriteEntry(folder_, field.model_file, field.model, entry->mutable_tokenizer_file()));
  }
  RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kManifestName), ManifestToText(manifest)));
  RETURN_IF_ERROR(Dataset::Open(folder_).status());
  RETURN_IF_ERROR(output_->Publish());
  progress_.End();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PreprocessReport> Preprocess(const PreprocessOptions& options, WorkerGroup* workers,
                                            Interruption* interruption) {
  Pipeline pipeline(options, workers, interruption);
  absl::StatusOr<PreprocessReport> report = pipeline.Run();
  if (!report.ok()) return pipeline.WithNamesGiven(report.status());
  return report;
}

}  // namespace elman
