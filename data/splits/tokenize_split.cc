#include "data/splits/tokenize_split.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/io/bytes.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/splits/chunk_statistics.h"
#include "data/tokenizer/tokenizer.h"
#include "data/workers/in_turn.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

std::string SpoolName(const std::string& split, int rank) {
  return absl::StrCat("spool-", split, "-", rank);
}

bool IsTrain(const std::string& split) { return split == "train"; }

void AddTo(const std::vector<std::vector<uint64_t>>& some,
           std::vector<std::vector<uint64_t>>* sums) {
  for (size_t i = 0; i < some.size(); ++i)
    std::ranges::transform((*sums)[i], some[i], (*sums)[i].begin(), std::plus<>());
}

}  // namespace

RawTextHeader::Content RawTextOf(Task task, const std::string& split) {
  if (IsTrain(split)) return RawTextHeader::CONTENT_UNSPECIFIED;
  switch (task) {
    case LANGUAGE_MODEL:
      return RawTextHeader::UNKNOWN_WORDS;
    case TRANSLATION:
      return RawTextHeader::REFERENCE;
    default:
      return RawTextHeader::CONTENT_UNSPECIFIED;
  }
}

SplitTokenizer::SplitTokenizer(const PreprocessOptions& options,
                               const std::vector<FieldCoding>& fields, const std::string& folder,
                               Communicator* workers, PipelineProgress* progress)
    : options_(options), fields_(fields), folder_(folder), workers_(workers), progress_(progress) {
  for (const FieldCoding& field : fields_) id_counts_.emplace_back(field.vocabulary->id_limit());
}

absl::StatusOr<SpooledSplit> SplitTokenizer::Tokenize(const std::string& name, const Corpus& corpus,
                                                      const ExampleRules& rules) {
  absl::StatusOr<SplitStatistics> statistics = CreateStatistics(name);
  RETURN_IF_ERROR(Agree(workers_, statistics.status()));
  statistics_.push_back(*std::move(statistics));
  const std::vector<std::string> paths = ShareSpoolPaths(name);
  absl::StatusOr<std::vector<SpooledChunk>> chunks = ShareKept(name, paths);
  RETURN_IF_ERROR(chunks.status());
  kept_chunks_ += chunks->size();

  const std::string mine = JoinPath(folder_, SpoolName(name, workers_->rank()));
  const auto number = std::ranges::find(paths, mine) - paths.begin();
  absl::StatusOr<std::unique_ptr<SpoolWriter>> spool =
      SpoolWriter::Open(mine, static_cast<uint64_t>(number));
  RETURN_IF_ERROR(Agree(workers_, spool.ok()
                                      ? TokenizeShare(name, corpus, rules, *chunks, spool->get())
                                      : spool.status()));
  const std::vector<SpooledChunk> added = ShareChunks((*spool)->chunks());
  chunks->insert(chunks->end(), added.begin(), added.end());
  absl::StatusOr<SpooledSplit> split = OpenSpooledSplit(paths, *std::move(chunks));
  RETURN_IF_ERROR(Agree(workers_, split.status()));
  return split;
}

ExampleCoding SplitTokenizer::CodingOf(const std::string& name, const ExampleRules& rules) const {
  // If the tokenizer was adopted from another data set, the options may keep more empty lines.
  const bool keep_empty_lines =
      fields_[0].spec.keep_empty_lines() || options_.tokenizer.keep_empty_lines();
  ExampleCoding coding = {rules, keep_empty_lines, {}, MayOverlap(), RawTextOf(rules.task, name)};
  for (const FieldCoding& field : fields_) {
    const bool labels = field.spec.kind() == TokenizerSpec::LABEL;
    // The words that train lacks are known from counting.
    const bool known = IsTrain(name) && IsCounted(field.spec.kind()) && !field.given();
    coding.fields.push_back(
        {field.vocabulary, field.tokenizer, field.spec.kind(), !labels && !known});
  }
  return coding;
}

absl::StatusOr<SplitStatistics> SplitTokenizer::CreateStatistics(const std::string& name) const {
  const std::string hashes = absl::StrCat("hashes-", name, "-", workers_->rank());
  return SplitStatistics::Create(fields_.size(), MayOverlap() ? JoinPath(folder_, hashes) : "");
}

// The existing spools, and those of all ranks.
std::vector<std::string> SplitTokenizer::ShareSpoolPaths(const std::string& name) {
  std::set<std::string> names;
  const std::string prefix = absl::StrCat("spool-", name, "-");
  std::error_code error;
  for (std::filesystem::directory_iterator i(folder_, error), end; !error && i != end;
       i.increment(error)) {
    const std::string found = i->path().filename().string();
    if (found.starts_with(prefix)) names.insert(found);
  }
  for (int rank = 0; rank < workers_->size(); ++rank) names.insert(SpoolName(name, rank));
  std::string all = absl::StrJoin(names, "\n");
  BroadcastString(workers_, &all, 0);
  std::vector<std::string> paths;
  for (const auto found : absl::StrSplit(all, '\n'))
    paths.push_back(JoinPath(folder_, std::string(found)));
  return paths;
}

// The complete chunks in existing spools. Each spool is read by one rank, which removes incomplete
// data at its end.
absl::StatusOr<std::vector<SpooledChunk>> SplitTokenizer::ShareKept(
    const std::string& name, const std::vector<std::string>& paths) {
  std::vector<SpooledChunk> mine;
  const auto keep = [&](uint64_t spool) -> absl::Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<SpoolReader> reader, SpoolReader::Open(paths[spool]));
    ASSIGN_OR_RETURN(const uint64_t end,
                     reader->ReadWhole([&](uint64_t offset, const SpooledExamples& examples) {
                       uint64_t ids = 0;
                       for (const SpooledExamples::Field& field : examples.fields)
                         ids += field.ids.size();
                       mine.push_back({examples.chunk, spool, offset, ids, examples.ended_lines});
                       return AddKept(name, examples);
                     }));
    std::error_code error;
    std::filesystem::resize_file(paths[spool], end, error);
    if (error) return ErrnoStatus(error.value(), "truncate", paths[spool]);
    return absl::OkStatus();
  };
  absl::Status status;
  for (size_t i = 0; i < paths.size(); ++i) {
    const bool my_turn = i % workers_->size() == static_cast<size_t>(workers_->rank());
    if (my_turn && status.ok() && FileExists(paths[i])) status = keep(i);
  }
  RETURN_IF_ERROR(Agree(workers_, status));
  return ShareChunks(mine);
}

// Collects the statistics of a kept chunk, as Tokenize does for new chunks.
absl::Status SplitTokenizer::AddKept(const std::string& name, const SpooledExamples& examples) {
  if (IsTrain(name)) RETURN_IF_ERROR(CountIds(examples, &id_counts_));
  const absl::StatusOr<ChunkStatistics> statistics = ChunkStatistics::Parse(examples.notes);
  if (!statistics.ok() || statistics->unknown_words.size() != fields_.size()) {
    return absl::DataLossError(absl::StrCat(folder_,
                                            ": cannot read the index of an intermediate file",
                                            "; delete the folder and run the command again"));
  }
  return statistics_.back().Add(examples, *statistics);
}

absl::Status SplitTokenizer::TokenizeShare(const std::string& name, const Corpus& corpus,
                                           const ExampleRules& rules,
                                           const std::vector<SpooledChunk>& kept,
                                           SpoolWriter* spool) {
  struct Thread {
    TokenizedChunk chunk;
    IdCounts id_counts;
  };
  std::vector<Thread> threads(options_.threads);
  for (Thread& thread : threads) {
    for (const std::vector<uint64_t>& counts : id_counts_)
      thread.id_counts.emplace_back(IsTrain(name) ? counts.size() : 0);
  }
  std::set<uint64_t> done;
  for (const SpooledChunk& chunk : kept) done.insert(chunk.chunk);
  const ExampleCoding coding = CodingOf(name, rules);
  CorpusReader reader(corpus, workers_->rank(), workers_->size());
  std::mutex mutex;
  SplitStatistics& statistics = statistics_.back();  // guarded by mutex
  const auto next = [&](TextChunk* chunk) -> absl::StatusOr<bool> {
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, reader.Next(chunk));
      if (!more || !done.contains(chunk->number)) return more;
      progress_->Skip(chunk->file_bytes);
    }
  };
  RETURN_IF_ERROR(WorkInTurn<TextChunk>(options_.threads, next, [&](int number, TextChunk* chunk) {
    Thread& thread = threads[number];
    RETURN_IF_ERROR(reader.Read(chunk));
    RETURN_IF_ERROR(TokenizeChunk(coding, *chunk, &thread.chunk));
    const SpooledExamples& examples = thread.chunk.examples;
    if (IsTrain(name)) RETURN_IF_ERROR(CountIds(examples, &thread.id_counts));
    progress_->Add(chunk->file_bytes);
    RETURN_IF_ERROR(spool->Append(examples));
    const std::lock_guard<std::mutex> lock(mutex);
    return statistics.Add(examples, thread.chunk.statistics);
  }));
  for (const Thread& thread : threads) {
    if (IsTrain(name)) AddTo(thread.id_counts, &id_counts_);
  }
  return statistics.Finish();
}

// Collects the chunks of all ranks.
std::vector<SpooledChunk> SplitTokenizer::ShareChunks(const std::vector<SpooledChunk>& mine) {
  return VectorFromBytes<SpooledChunk>(absl::StrJoin(workers_->AllGather(AsBytes(mine)), ""));
}

absl::Status SplitTokenizer::CountIds(const SpooledExamples& examples, IdCounts* counts) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    std::vector<uint64_t>& field = (*counts)[fields_[i].owner];
    const Vocabulary& vocabulary = *fields_[i].vocabulary;
    const bool labels = fields_[i].spec.kind() == TokenizerSpec::LABEL;
    for (uint32_t id : examples.fields[i].ids) {
      if (labels && id >= vocabulary.first_unseen_id()) id = vocabulary.unknown_id();
      if (id >= field.size()) {
        return absl::DataLossError(absl::StrCat(folder_, ": an intermediate file has the id ", id,
                                                ", but the vocabulary has ", field.size(),
                                                "; delete the folder and run the command again"));
      }
      ++field[id];
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SplitStatistics>> SplitTokenizer::ShareStatistics() {
  for (SplitStatistics& statistics : statistics_) RETURN_IF_ERROR(statistics.Share(workers_));
  return std::move(statistics_);
}

std::vector<std::vector<uint64_t>> SplitTokenizer::ShareIdCounts() {
  for (std::vector<uint64_t>& counts : id_counts_) counts = workers_->Sum(std::move(counts));
  return id_counts_;
}

}  // namespace elman
