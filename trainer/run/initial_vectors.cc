#include "trainer/run/initial_vectors.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/status_macros.h"
#include "data/vectors/vector_match.h"
#include "data/vectors/vector_reader.h"

namespace elman {
namespace {

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

absl::StatusOr<std::string> FillTable(const std::string& flag, const std::string& file,
                                      const Vocabulary& vocabulary, const Parameter& table,
                                      float* values) {
  const absl::StatusOr<VectorFile> described = ParseVectorFile(file);
  if (!described.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, "=", file, ": ", described.status().message()));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<VectorReader> reader, OpenVectors(*described));
  if (reader->size() != table.cols) {
    return absl::InvalidArgumentError(absl::StrCat(
        described->path, ": vectors of ", reader->size(), " elements, but model.embedding_size is ",
        table.cols, "; set model.embedding_size=", reader->size()));
  }
  ASSIGN_OR_RETURN(
      const VectorCoverage coverage,
      MatchVectors(reader.get(), vocabulary, [&](uint32_t id, std::span<const float> vector) {
        std::ranges::copy(vector, table.In(values).row(id));
      }));
  const uint64_t matched = coverage.exact + coverage.lower_cased;
  if (matched == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(described->path, ": has no vector for any of the ", coverage.pieces,
                     " pieces of the vocabulary; use vectors of the same language and tokenizer"));
  }
  return absl::StrFormat(
      "%s: vectors for %d of %d pieces (%.1f %%), %d of them by lower case; %.1f %% of the tokens "
      "of train",
      described->path, matched, coverage.pieces, Percent(matched, coverage.pieces),
      coverage.lower_cased, Percent(coverage.tokens, coverage.all_tokens));
}

absl::Status Check(const InitialVectors& files, Task task, const ModelSpec& spec) {
  const bool translates = task == TRANSLATION;
  const bool two_tables = translates && !spec.translation().shared_embeddings();
  if (!files.target_vectors.empty() && !two_tables) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--target_vectors is for translators whose source and target have embeddings of their "
        "own; ",
        translates ? "with model.translation.shared_embeddings, give --vectors alone"
                   : "give --vectors"));
  }
  const bool some = !files.vectors.empty() || !files.target_vectors.empty();
  if (some && spec.input() == ModelSpec::ONE_HOT) {
    return absl::InvalidArgumentError(
        "--vectors needs embeddings, and model.input is ONE_HOT; set model.input=EMBEDDING");
  }
  if (!spec.frozen_embeddings()) return absl::OkStatus();
  if (!files.vectors.empty() && (!two_tables || !files.target_vectors.empty()))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.frozen_embeddings is true: random embeddings would not be trained; give "
                   "--vectors=FILE",
                   two_tables ? " and --target_vectors=FILE" : ""));
}

// Writes the vectors into the tables of `values`; pieces without a vector keep their values.
absl::StatusOr<std::vector<std::string>> FillTables(const InitialVectors& files,
                                                    const Dataset& dataset,
                                                    const ParameterTable& parameters,
                                                    float* values) {
  struct Use {
    const char* flag;
    const std::string& file;
    const char* table;
    int field;
  };
  std::vector<std::string> lines;
  for (const Use& use : {Use{"vectors", files.vectors, "embedding", 0},
                         Use{"target_vectors", files.target_vectors, "target_embedding", 1}}) {
    if (use.file.empty()) continue;
    const auto table = std::ranges::find(parameters.parameters(), use.table, &Parameter::name);
    ASSIGN_OR_RETURN(std::string line,
                     FillTable(use.flag, use.file, dataset.vocabulary(use.field), *table, values));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> BeginValues(const TrainingConfig& config,
                                                     const InitialVectors& files,
                                                     const Dataset& dataset,
                                                     const ParameterTable& parameters,
                                                     TrainingState* state) {
  RETURN_IF_ERROR(Check(files, dataset.manifest().task(), config.model()));
  std::vector<std::string> lines;
  RETURN_IF_ERROR(state->Initialize(config.seed(), [&](float* values) {
    ASSIGN_OR_RETURN(lines, FillTables(files, dataset, parameters, values));
    return absl::OkStatus();
  }));
  return lines;
}

}  // namespace elman
