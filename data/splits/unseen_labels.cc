#include "data/splits/unseen_labels.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/splits/chunk_statistics.h"
#include "trainer/comm/agreement.h"

namespace elman {

std::vector<Vocabulary::Entry> ShareUnseenLabels(const PieceCounts& labels, Communicator* workers) {
  std::string bytes = labels.Serialize();
  BroadcastString(workers, &bytes, 0);
  PieceCounts shared;
  const absl::Status parsed = shared.AddSerialized(bytes);
  std::vector<Vocabulary::Entry> entries;
  for (uint32_t i = 0; parsed.ok() && i < shared.size(); ++i)
    entries.push_back({std::string(shared.piece(i)), shared.count(i)});
  std::ranges::sort(entries, {}, &Vocabulary::Entry::piece);
  return entries;
}

absl::Status RenumberUnseenLabels(const Vocabulary& vocabulary, int field,
                                  SpooledExamples* examples) {
  const uint32_t first = vocabulary.first_unseen_id();
  std::vector<uint32_t>& ids = examples->fields[field].ids;
  if (std::ranges::none_of(ids, [first](uint32_t id) { return id >= first; }))
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const ChunkStatistics statistics, ChunkStatistics::Parse(examples->notes));
  const std::vector<Vocabulary::Entry>& all = vocabulary.unseen_labels();
  std::vector<uint32_t> ids_of_chunk;  // by number in the chunk
  for (uint32_t i = 0; i < statistics.unseen_labels.size(); ++i) {
    const std::string label(statistics.unseen_labels.piece(i));
    const auto found = std::ranges::lower_bound(all, label, {}, &Vocabulary::Entry::piece);
    if (found == all.end() || found->piece != label) break;
    ids_of_chunk.push_back(first + static_cast<uint32_t>(found - all.begin()));
  }
  for (uint32_t& id : ids) {
    if (id < first) continue;
    if (id - first >= ids_of_chunk.size()) {
      return absl::DataLossError(
          absl::StrCat("chunk ", examples->chunk, ": an intermediate file has the label ", id,
                       ", which its index does not list; delete the ",
                       "folder that ends in .unfinished and run the command again"));
    }
    id = ids_of_chunk[id - first];
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> FindLabel(const Corpus& corpus, const ExampleRules& rules,
                                      const std::string& label) {
  CorpusReader reader(corpus);
  TextChunk chunk;
  LeftOut left_out;
  std::string place;
  while (place.empty()) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&chunk));
    if (!more) break;
    RETURN_IF_ERROR(reader.Read(&chunk));
    RETURN_IF_ERROR(ReadExamples(
        rules, chunk,
        [&](const TextExample& example) {
          const std::vector<std::string_view>& labels = example.fields[1];
          const auto found = std::ranges::find(labels, label);
          // Every word of a sentence has its own line.
          if (place.empty() && found != labels.end())
            place = chunk.PlaceOf(example.line + static_cast<size_t>(found - labels.begin()));
        },
        &left_out));
  }
  return place;
}

}  // namespace elman
