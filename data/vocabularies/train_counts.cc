#include "data/vocabularies/train_counts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/count_runs.h"
#include "data/tokenizer/tokenizer.h"
#include "data/workers/in_turn.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

// The counts of one thread, by field that owns its vocabulary.
using ThreadCounts = std::vector<SpillingCounts>;

void CountExample(const std::vector<FieldCoding>& fields, const TextExample& example,
                  ThreadCounts* counts) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldCoding& field = fields[i];
    if (field.given() || !IsCounted(field.spec.kind())) continue;
    PieceCounts& table = (*counts)[field.owner].table();
    for (const std::string_view text : example.fields[i]) {
      if (field.spec.kind() == TokenizerSpec::LABEL) {
        table.Add(text, 1);
      } else {
        table.AddLine(field.spec, text);
      }
    }
  }
}

// Counts the share of this rank; every thread counts separately.
absl::Status CountShare(const PreprocessOptions& options, const Corpus& train,
                        const ExampleRules& rules, const std::vector<FieldCoding>& fields,
                        const Communicator& workers, PipelineProgress* progress,
                        std::vector<ThreadCounts>* counts) {
  CorpusReader reader(train, workers.rank(), workers.size());
  return WorkInTurn<TextChunk>(
      options.threads, [&](TextChunk* chunk) { return reader.Next(chunk); },
      [&](int thread, TextChunk* chunk) {
        ThreadCounts& mine = (*counts)[thread];
        LeftOut left_out;
        RETURN_IF_ERROR(reader.Read(chunk));
        RETURN_IF_ERROR(ReadExamples(
            rules, *chunk,
            [&](const TextExample& example) { CountExample(fields, example, &mine); }, &left_out));
        for (SpillingCounts& field : mine) RETURN_IF_ERROR(field.SpillIfFull());
        progress->Add(chunk->file_bytes);
        return absl::OkStatus();
      });
}

// Writes one run per counted field and thread. Returns the paths by field.
absl::StatusOr<std::vector<std::vector<std::string>>> FinishRuns(
    const std::vector<int>& counted, std::vector<ThreadCounts>* counts) {
  std::vector<std::vector<std::string>> paths(counted.size(),
                                              std::vector<std::string>(counts->size()));
  const size_t runs = counted.size() * counts->size();
  size_t next = 0;
  RETURN_IF_ERROR(WorkInTurn<size_t>(
      static_cast<int>(counts->size()),
      [&](size_t* run) -> absl::StatusOr<bool> {
        *run = next++;
        return *run < runs;
      },
      [&](int, size_t* run) -> absl::Status {
        const size_t field = *run % counted.size(), thread = *run / counted.size();
        ASSIGN_OR_RETURN(paths[field][thread], (*counts)[thread][counted[field]].Finish());
        return absl::OkStatus();
      }));
  return paths;
}

}  // namespace

absl::Status CountTrain(const PreprocessOptions& options, const Corpus& train,
                        const ExampleRules& rules, const std::string& folder,
                        const std::vector<FieldCoding>& fields, const std::vector<int>& counted,
                        Communicator* workers, PipelineProgress* progress,
                        std::vector<PieceSelection>* selections) {
  const uint64_t tables = static_cast<uint64_t>(options.threads) * counted.size();
  const uint64_t table_bytes = (options.memory_mb << 20) / 4 * 3 / tables;
  std::vector<ThreadCounts> counts(options.threads);
  for (int thread = 0; thread < options.threads; ++thread) {
    for (size_t field = 0; field < fields.size(); ++field) {
      const std::string name = absl::StrCat("run-", workers->rank(), "-", thread, "-", field);
      counts[thread].emplace_back(JoinPath(folder, name), table_bytes);
    }
  }
  RETURN_IF_ERROR(
      Agree(workers, CountShare(options, train, rules, fields, *workers, progress, &counts)));
  for (const int owner : counted) selections->emplace_back(fields[owner].spec);

  const bool in_memory = workers->size() == 1 && std::ranges::none_of(counts, [](auto& thread) {
                           return std::ranges::any_of(thread, &SpillingCounts::spilled);
                         });
  for (size_t i = 0; in_memory && i < counted.size(); ++i) {
    PieceCounts& sum = counts[0][counted[i]].table();
    for (size_t thread = 1; thread < counts.size(); ++thread) {
      PieceCounts& table = counts[thread][counted[i]].table();
      sum.AddAll(table);
      table = PieceCounts();
    }
    (*selections)[i].AddAll(sum);
  }
  if (in_memory) return absl::OkStatus();

  absl::StatusOr<std::vector<std::vector<std::string>>> mine = FinishRuns(counted, &counts);
  RETURN_IF_ERROR(Agree(workers, mine.status()));
  absl::Status merged;
  for (size_t i = 0; i < counted.size(); ++i) {
    std::vector<std::string> paths;
    for (const std::string& theirs : workers->Gather(absl::StrJoin((*mine)[i], "\n"))) {
      for (const auto path : absl::StrSplit(theirs, '\n')) paths.emplace_back(path);
    }
    PieceSelection& selection = (*selections)[i];
    merged.Update(MergeRuns(paths, [&selection](std::string_view piece, uint64_t count) {
      selection.Add(piece, count);
      return absl::OkStatus();
    }));
    for (const std::string& path : paths) merged.Update(RemoveFile(path));
  }
  return Agree(workers, merged);
}

}  // namespace elman
