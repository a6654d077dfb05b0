#include "data/preprocess.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/corpus_inputs.h"
#include "data/io/checksum.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_folder.h"
#include "data/pipeline_progress.h"
#include "data/shards/dataset.h"
#include "data/shards/example_spool.h"
#include "data/shards/shard_writer.h"
#include "data/shards/spooled_split.h"
#include "data/text/characters.h"
#include "data/text/corpus_reader.h"
#include "data/text/line_sample.h"
#include "data/text/utf8.h"
#include "data/tokenize_chunk.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/workers/ordered_map.h"

namespace elman {
namespace {

constexpr int kSteps = 4;

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
        progress_(kSteps, !options.quiet && workers->rank() == 0) {}

  absl::StatusOr<PreprocessReport> Run() {
    RETURN_IF_ERROR(workers_->Agree(OpenOutput()));
    folder_ = workers_->Broadcast(folder_);
    RETURN_IF_ERROR(workers_->Agree(OpenInputs()));
    ShareInputs();

    RETURN_IF_ERROR(MakeVocabulary());
    RETURN_IF_ERROR(Tokenize());
    RETURN_IF_ERROR(WriteShards());
    RETURN_IF_ERROR(workers_->Agree(Publish()));
    return std::move(report_);
  }

 private:
  using Split = PreprocessOptions::Split;

  absl::Status OpenOutput();
  absl::Status OpenInputs();
  void ShareInputs();
  absl::Status MakeVocabulary();
  absl::Status CountPieces(PieceCounts* counts);
  absl::Status TrainSubwords();
  absl::Status Tokenize();
  absl::StatusOr<std::unique_ptr<SpoolWriter>> TokenizeSplit(const Split& split);
  absl::Status ShareSpool(const SpoolWriter& spool, SpooledSplit* split);
  absl::Status WriteShards();
  absl::StatusOr<SplitEntry> WriteMyShards(const std::string& name,
                                           const SpooledSplit& split) const;
  absl::Status Publish();

  bool first() const { return workers_->rank() == 0; }
  absl::StatusOr<bool> NextChunkOfMine(CorpusReader* reader, TextChunk* chunk) const;

  const PreprocessOptions& options_;
  WorkerGroup* const workers_;
  Interruption* const interruption_;
  PipelineProgress progress_;
  PreprocessReport report_;

  std::unique_ptr<TemporaryFolder> output_;                 // rank 0's
  std::string folder_;                                      // where all ranks write meanwhile
  std::vector<std::unique_ptr<AtomicFile>> copied_inputs_;  // rank 0's copies of pipes
  std::vector<Split> splits_;  // the options', with the copies in the place of pipes
  Vocabulary vocabulary_;
  std::string model_;  // tokenizer.model
  std::string fingerprint_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<std::unique_ptr<SpoolWriter>> spools_;  // this rank's, as splits_
  std::vector<SpooledSplit> tokenized_;               // known to every rank, as splits_
  std::vector<uint64_t> id_counts_;                   // in train
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
  }
}

// Chunks are dealt out to the ranks like cards. Every rank reads all: reading costs little beside
// tokenizing, and compressed files cannot be entered in the middle.
absl::StatusOr<bool> Pipeline::NextChunkOfMine(CorpusReader* reader, TextChunk* chunk) const {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, reader->Next(chunk));
    if (!more) return false;
    if (static_cast<int>(chunk->number % workers_->size()) == workers_->rank()) return true;
  }
}

// --- Step 1: vocabulary ---

absl::Status Pipeline::MakeVocabulary() {
  const TokenizerSpec::Kind kind = options_.tokenizer.kind();
  absl::StatusOr<Vocabulary> vocabulary = absl::InternalError("no vocabulary");
  if (kind == TokenizerSpec::BYTE) {
    progress_.Begin("the vocabulary is the 256 bytes");
    vocabulary = BuildByteVocabulary();
  } else if (IsSubword(kind)) {
    RETURN_IF_ERROR(workers_->Agree(TrainSubwords()));
    model_ = workers_->Broadcast(model_);
    vocabulary = BuildSentencePieceVocabulary(model_);
  } else {
    progress_.Begin("counting train");
    PieceCounts counts;
    RETURN_IF_ERROR(workers_->Agree(CountPieces(&counts)));
    const std::vector<std::string> theirs = workers_->Gather(first() ? "" : counts.Serialize());
    for (const std::string& bytes : theirs) RETURN_IF_ERROR(counts.AddSerialized(bytes));
    if (first()) vocabulary = BuildCountedVocabulary(options_.tokenizer, counts);
    const std::string text =
        workers_->Broadcast(vocabulary.ok() ? vocabulary->ToText() : std::string());
    if (!first()) vocabulary = Vocabulary::Parse(text, "the vocabulary from rank 0");
  }
  RETURN_IF_ERROR(workers_->Agree(vocabulary.status()));
  vocabulary_ = std::move(*vocabulary);
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer =
      CreateTokenizer(options_.tokenizer, vocabulary_, model_);
  RETURN_IF_ERROR(workers_->Agree(tokenizer.status()));
  tokenizer_ = std::move(*tokenizer);
  progress_.End();
  return absl::OkStatus();
}

absl::Status Pipeline::CountPieces(PieceCounts* counts) {
  struct Counted {
    PieceCounts counts;
    uint64_t text_bytes = 0;
  };
  CorpusReader reader(splits_[0].files);
  return OrderedMap<TextChunk, Counted>(
      options_.threads, [&](TextChunk* chunk) { return NextChunkOfMine(&reader, chunk); },
      [&](const TextChunk& chunk, Counted* counted) {
        counted->counts.Clear();
        counted->text_bytes = chunk.text.size();
        for (size_t i = 0; i < chunk.lines.size(); ++i) {
          counted->counts.AddLine(options_.tokenizer, chunk.line(i));
        }
      },
      [&](Counted* counted) {
        counts->AddAll(counted->counts);
        progress_.Add(counted->text_bytes * workers_->size());
        return absl::OkStatus();
      });
}

absl::Status Pipeline::TrainSubwords() {
  if (!first()) return absl::OkStatus();
  progress_.Begin("training the tokenizer on train");
  LineSample sample(kTrainingSampleBytes);
  CorpusReader reader(splits_[0].files);
  TextChunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&chunk));
    if (!more) break;
    for (size_t i = 0; i < chunk.lines.size(); ++i) {
      std::string line = ReplaceInvalidUtf8(chunk.line(i));
      if (options_.tokenizer.lowercase()) line = LowerCase(line);
      if (!line.empty()) sample.Add(line);
    }
    progress_.Add(chunk.text.size());
  }
  const std::vector<std::string> lines = sample.Take();
  if (lines.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.splits[0].files[0], ": empty: there is no text in --train"));
  }
  report_.sampled_lines = lines.size();
  report_.training_lines = sample.lines_seen();
  ASSIGN_OR_RETURN(model_, TrainSentencePiece(options_.tokenizer, lines));
  return absl::OkStatus();
}

// --- Step 2: tokens ---

absl::Status Pipeline::Tokenize() {
  id_counts_.assign(vocabulary_.size(), 0);
  tokenized_.resize(splits_.size());
  std::string names;
  for (const Split& split : splits_) absl::StrAppend(&names, names.empty() ? "" : ", ", split.name);
  progress_.Begin(absl::StrCat("tokenizing ", names));
  for (size_t i = 0; i < splits_.size(); ++i) {
    absl::StatusOr<std::unique_ptr<SpoolWriter>> spool = TokenizeSplit(splits_[i]);
    RETURN_IF_ERROR(workers_->Agree(spool.status()));
    RETURN_IF_ERROR(ShareSpool(**spool, &tokenized_[i]));
    spools_.push_back(std::move(*spool));
    if (tokenized_[i].tokens == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          options_.splits[i].files[0], ": empty: there is no text in --", splits_[i].name));
    }
  }
  progress_.End();

  const std::vector<uint64_t> notes = workers_->Sum({report_.empty_lines, report_.invalid_lines});
  report_.empty_lines = notes[0];
  report_.invalid_lines = notes[1];
  id_counts_ = workers_->Sum(std::move(id_counts_));
  // The tokenizer refers to the vocabulary; its work is done.
  tokenizer_ = nullptr;
  ASSIGN_OR_RETURN(vocabulary_, WithCounts(vocabulary_, id_counts_));
  fingerprint_ = VocabularyFingerprint(options_.tokenizer, vocabulary_.ToText(), model_);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SpoolWriter>> Pipeline::TokenizeSplit(const Split& split) {
  const int rank = workers_->rank();
  ASSIGN_OR_RETURN(
      std::unique_ptr<SpoolWriter> spool,
      SpoolWriter::Create(JoinPath(folder_, absl::StrCat("spool-", split.name, "-", rank)),
                          static_cast<uint64_t>(rank)));
  const bool train = &split == &splits_[0];
  CorpusReader reader(split.files);
  RETURN_IF_ERROR((OrderedMap<TextChunk, TokenizedChunk>(
      options_.threads, [&](TextChunk* chunk) { return NextChunkOfMine(&reader, chunk); },
      [&](const TextChunk& chunk, TokenizedChunk* result) {
        TokenizeChunk(options_.tokenizer, *tokenizer_, vocabulary_.end_id(), chunk, result);
      },
      [&](TokenizedChunk* result) {
        report_.empty_lines += result->empty_lines;
        report_.invalid_lines += result->invalid_lines;
        for (const uint32_t id : result->examples.ids) id_counts_[id] += train ? 1 : 0;
        progress_.Add(result->text_bytes * workers_->size());
        return spool->Append(result->number, result->examples);
      })));
  RETURN_IF_ERROR(spool->Finish());
  return spool;
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
    split->tokens += split->chunks[i].tokens;
    if (split->chunks[i].chunk != i) {
      return absl::FailedPreconditionError(
          absl::StrCat("chunk ", i, " of the corpus is missing or was found twice: all ranks must ",
                       "see the same files"));
    }
  }
  return absl::OkStatus();
}

// --- Step 3: shards ---

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
    for (const ShardEntry& shard : split->shards()) {
      AddCounts(shard.counts(), split->mutable_counts());
    }
  }
  progress_.End();
  return absl::OkStatus();
}

absl::StatusOr<SplitEntry> Pipeline::WriteMyShards(const std::string& name,
                                                   const SpooledSplit& split) const {
  constexpr uint64_t kMaxShards = 99999;  // five digits in a file name
  const uint64_t shards = (split.tokens - 1) / options_.shard_tokens + 1;
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
  header.set_token_width(TokenWidth(vocabulary_.size()));
  header.set_vocabulary_fingerprint(fingerprint_);
  SplitEntry entries;
  for (uint64_t shard = workers_->rank(); shard < shards; shard += workers_->size()) {
    header.set_shard(static_cast<uint32_t>(shard));
    ASSIGN_OR_RETURN(*entries.add_shards(),
                     WriteShard(folder_, split, header, vocabulary_.unknown_id()));
  }
  return entries;
}

// --- Step 4: manifest ---

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
  *manifest.mutable_tokenizer() = options_.tokenizer;
  *manifest.mutable_vocabulary() = SpecOf(vocabulary_, fingerprint_);
  RETURN_IF_ERROR(WriteEntry(folder_, kVocabularyName, vocabulary_.ToText(),
                             manifest.mutable_vocabulary_file()));
  if (!model_.empty()) {
    RETURN_IF_ERROR(WriteEntry(folder_, kTokenizerName, model_, manifest.mutable_tokenizer_file()));
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
  return Pipeline(options, workers, interruption).Run();
}

}  // namespace elman
