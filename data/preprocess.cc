#include "data/preprocess.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
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
#include "data/workers/ordered_map.h"

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
                  !options.quiet && workers->rank() == 0) {}

  absl::StatusOr<PreprocessReport> Run() {
    RETURN_IF_ERROR(workers_->Agree(OpenOutput()));
    folder_ = workers_->Broadcast(folder_);
    RETURN_IF_ERROR(workers_->Agree(OpenInputs()));
    ShareInputs();

    RETURN_IF_ERROR(MakeVocabularies(options_, CorpusOfSplit(splits_[0]), workers_, &progress_,
                                     &fields_, &report_));
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
  absl::StatusOr<std::unique_ptr<SpoolWriter>> TokenizeSplit(const Split& split);
  absl::Status ShareSpool(const SpoolWriter& spool, SpooledSplit* split);
  void ShareCounts();
  absl::Status FinishVocabularies();
  absl::Status WriteShards();
  absl::StatusOr<SplitEntry> WriteMyShards(const std::string& name,
                                           const SpooledSplit& split) const;
  absl::Status Publish();

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
  std::vector<std::unique_ptr<SpoolWriter>> spools_;  // this rank's, as splits_
  std::vector<SpooledSplit> tokenized_;               // known to every rank, as splits_
  std::vector<std::vector<uint64_t>> id_counts_;      // in train, by field that owns its vocabulary
  PieceCounts unseen_labels_;
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

absl::Status Pipeline::Tokenize() {
  for (const FieldCoding& field : fields_) id_counts_.emplace_back(field.vocabulary->id_limit());
  tokenized_.resize(splits_.size());
  std::string names;
  for (const Split& split : splits_) absl::StrAppend(&names, names.empty() ? "" : ", ", split.name);
  progress_.Begin(absl::StrCat("tokenizing ", names));
  for (size_t i = 0; i < splits_.size(); ++i) {
    absl::StatusOr<std::unique_ptr<SpoolWriter>> spool = TokenizeSplit(splits_[i]);
    RETURN_IF_ERROR(workers_->Agree(spool.status()));
    RETURN_IF_ERROR(ShareSpool(**spool, &tokenized_[i]));
    spools_.push_back(std::move(*spool));
    if (tokenized_[i].ids == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          options_.splits[i].files[0], ": empty: there is no text in --", splits_[i].name));
    }
  }
  progress_.End();
  ShareCounts();
  return FinishVocabularies();
}

absl::StatusOr<std::unique_ptr<SpoolWriter>> Pipeline::TokenizeSplit(const Split& split) {
  struct Tokenized {
    absl::Status status;
    TokenizedChunk chunk;
  };
  const int rank = workers_->rank();
  ASSIGN_OR_RETURN(
      std::unique_ptr<SpoolWriter> spool,
      SpoolWriter::Create(JoinPath(folder_, absl::StrCat("spool-", split.name, "-", rank)),
                          static_cast<uint64_t>(rank)));
  const bool train = &split == &splits_[0];
  ExampleCoding coding = {options_.task, options_.tokenizer.keep_empty_lines(), {}};
  for (const FieldCoding& field : fields_)
    coding.fields.push_back({field.vocabulary, field.tokenizer});
  CorpusReader reader(CorpusOfSplit(split), rank, workers_->size());
  RETURN_IF_ERROR((OrderedMap<TextChunk, Tokenized>(
      options_.threads, [&](TextChunk* chunk) { return reader.Next(chunk); },
      [&](const TextChunk& chunk, Tokenized* result) {
        result->status = TokenizeChunk(coding, chunk, &result->chunk);
      },
      [&](Tokenized* result) {
        RETURN_IF_ERROR(result->status);
        const TokenizedChunk& chunk = result->chunk;
        report_.left_out.Add(chunk.left_out);
        report_.invalid_examples += chunk.invalid_examples;
        unseen_labels_.AddAll(chunk.unseen_labels);
        for (size_t i = 0; train && i < fields_.size(); ++i) {
          std::vector<uint64_t>& counts = id_counts_[fields_[i].owner];
          for (const uint32_t id : chunk.examples.fields[i].ids) ++counts[id];
        }
        progress_.Add(chunk.text_bytes * workers_->size());
        return spool->Append(chunk.number, chunk.examples);
      })));
  RETURN_IF_ERROR(spool->Finish());
  return spool;
}

// What every rank has counted of its chunks becomes what all have.
void Pipeline::ShareCounts() {
  LeftOut& left_out = report_.left_out;
  const std::vector<uint64_t> sums =
      workers_->Sum({left_out.empty_lines, left_out.half_pairs, left_out.document_marks,
                     report_.invalid_examples});
  left_out = {sums[0], sums[1], sums[2]};
  report_.invalid_examples = sums[3];
  for (std::vector<uint64_t>& counts : id_counts_) counts = workers_->Sum(std::move(counts));

  PieceCounts unseen;
  for (const std::string& theirs : workers_->Gather(unseen_labels_.Serialize()))
    unseen.AddSerialized(theirs).IgnoreError();
  report_.unseen_labels.assign(unseen.counts().begin(), unseen.counts().end());
  std::ranges::sort(report_.unseen_labels, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
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
absl::Status Pipeline::ShareSpool(const SpoolWriter& spool, SpooledSplit* split) {
  std::vector<SpooledChunk> chunks;
  for (const std::string& theirs : workers_->Gather(ToBytes(spool.chunks()))) {
    const std::vector<SpooledChunk> some = FromBytes<SpooledChunk>(theirs);
    chunks.insert(chunks.end(), some.begin(), some.end());
  }
  std::sort(chunks.begin(), chunks.end(),
            [](const SpooledChunk& a, const SpooledChunk& b) { return a.chunk < b.chunk; });
  split->chunks = FromBytes<SpooledChunk>(workers_->Broadcast(ToBytes(chunks)));
  split->spool_paths = workers_->Gather(spool.path());
  split->spool_paths.resize(workers_->size());
  for (std::string& path : split->spool_paths) path = workers_->Broadcast(path);
  for (size_t i = 0; i < split->chunks.size(); ++i) {
    split->ids += split->chunks[i].ids;
    if (split->chunks[i].chunk != i) {
      return absl::FailedPreconditionError(
          absl::StrCat("chunk ", i, " of the corpus is missing or was found twice: all ranks must ",
                       "see the same files"));
    }
  }
  return absl::OkStatus();
}

// --- Shards ---

absl::Status Pipeline::WriteShards() {
  progress_.Begin("writing shards");
  for (size_t i = 0; i < splits_.size(); ++i) {
    absl::StatusOr<SplitEntry> mine = WriteMyShards(splits_[i].name, tokenized_[i]);
    RETURN_IF_ERROR(workers_->Agree(mine.status()));
    spools_[i] = nullptr;  // with its file
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
                                                   const SpooledSplit& split) const {
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
  SplitEntry entries;
  for (uint64_t shard = workers_->rank(); shard < shards; shard += workers_->size()) {
    header.set_shard(static_cast<uint32_t>(shard));
    ASSIGN_OR_RETURN(*entries.add_shards(), WriteShard(folder_, split, header, unknown_ids));
  }
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

absl::Status Pipeline::Publish() {
  if (!first()) return absl::OkStatus();
  progress_.Begin("publishing");
  copied_inputs_.clear();  // with their files
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
