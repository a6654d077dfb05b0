#include "data/field_coding.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/text/characters.h"
#include "data/text/example_parser.h"
#include "data/text/line_sample.h"
#include "data/text/utf8.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/workers/ordered_map.h"

namespace elman {
namespace {

using Fields = std::vector<FieldCoding>;

// The fields with a vocabulary of their own whose tokenizer is of a kind that is wanted.
template <typename Wanted>
std::vector<int> OwnersWhere(const Fields& fields, Wanted wanted) {
  std::vector<int> owners;
  for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
    if (fields[i].owner == i && wanted(fields[i].spec.kind())) owners.push_back(i);
  }
  return owners;
}

std::string Names(const Fields& fields, const std::vector<int>& owners) {
  std::vector<std::string> names;
  for (const int owner : owners) names.push_back(fields[owner].name);
  return fields.size() == 1 ? "" : absl::StrCat(" (", absl::StrJoin(names, ", "), ")");
}

absl::Status NoText(const PreprocessOptions& options) {
  return absl::InvalidArgumentError(
      absl::StrCat(options.splits[0].files[0], ": empty: there is no text in --train"));
}

// --- Counted vocabularies ---

struct CountedChunk {
  absl::Status status;
  std::vector<PieceCounts> counts;  // by field
  uint64_t text_bytes = 0;
};

void CountChunk(Task task, const Fields& fields, const TextChunk& chunk, CountedChunk* counted) {
  counted->counts.resize(fields.size());
  for (PieceCounts& counts : counted->counts) counts.Clear();
  counted->text_bytes = chunk.text.size();
  LeftOut left_out;
  counted->status = ParseExamples(
      task, chunk,
      [&](const TextExample& example) {
        for (size_t i = 0; i < fields.size(); ++i) {
          const TokenizerSpec& spec = fields[i].spec;
          if (!IsCounted(spec.kind())) continue;
          PieceCounts& counts = counted->counts[fields[i].owner];
          for (const std::string_view text : example.fields[i]) {
            if (spec.kind() == TokenizerSpec::LABEL) {
              counts.Add(text, 1);
            } else {
              counts.AddLine(spec, text);
            }
          }
        }
      },
      &left_out);
}

absl::Status CountTrain(const PreprocessOptions& options, const Corpus& train,
                        const WorkerGroup& workers, const Fields& fields,
                        PipelineProgress* progress, std::vector<PieceCounts>* sums) {
  CorpusReader reader(train, workers.rank(), workers.size());
  return OrderedMap<TextChunk, CountedChunk>(
      options.threads, [&](TextChunk* chunk) { return reader.Next(chunk); },
      [&](const TextChunk& chunk, CountedChunk* counted) {
        CountChunk(options.task, fields, chunk, counted);
      },
      [&](CountedChunk* counted) {
        RETURN_IF_ERROR(counted->status);
        for (size_t i = 0; i < fields.size(); ++i) (*sums)[i].AddAll(counted->counts[i]);
        progress->Add(counted->text_bytes * workers.size());
        return absl::OkStatus();
      });
}

// The vocabulary of `counts`, which only rank 0 has.
absl::StatusOr<Vocabulary> ShareCounted(const TokenizerSpec& spec, const PieceCounts& counts,
                                        WorkerGroup* workers) {
  const bool labels = spec.kind() == TokenizerSpec::LABEL;
  absl::StatusOr<Vocabulary> vocabulary = absl::InternalError("no vocabulary");
  std::string text;
  if (workers->rank() == 0) {
    vocabulary = labels ? BuildLabelVocabulary(counts) : BuildCountedVocabulary(spec, counts);
    if (vocabulary.ok()) text = vocabulary->ToText();
  }
  text = workers->Broadcast(text);
  if (workers->rank() != 0) {
    constexpr char kOrigin[] = "the vocabulary from rank 0";
    vocabulary = labels ? Vocabulary::ParseLabels(text, kOrigin) : Vocabulary::Parse(text, kOrigin);
  }
  return vocabulary;
}

// --- Subword vocabularies ---

// The words of a field as a text.
std::string Joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += ' ';
    text += words[i];
  }
  return text;
}

// Rank 0's part: the models, from a sample of the texts of each field.
absl::Status TrainSubwords(const PreprocessOptions& options, const Corpus& train,
                           const std::vector<int>& owners, PipelineProgress* progress,
                           Fields* fields, PreprocessReport* report) {
  std::vector<LineSample> samples(fields->size(), LineSample(kTrainingSampleBytes));
  CorpusReader reader(train);
  TextChunk chunk;
  LeftOut left_out;
  const auto sample = [&](const TextExample& example) {
    for (size_t i = 0; i < fields->size(); ++i) {
      const FieldCoding& field = (*fields)[i];
      if (!IsSubword(field.spec.kind())) continue;
      std::string line = ReplaceInvalidUtf8(Joined(example.fields[i]));
      if (field.spec.lowercase()) line = LowerCase(line);
      if (!line.empty()) samples[field.owner].Add(line);
    }
  };
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&chunk));
    if (!more) break;
    RETURN_IF_ERROR(ParseExamples(options.task, chunk, sample, &left_out));
    progress->Add(chunk.text.size());
  }
  for (const int owner : owners) {
    const std::vector<std::string> lines = samples[owner].Take();
    if (lines.empty()) return NoText(options);
    report->sampled_lines += lines.size();
    report->training_lines += samples[owner].lines_seen();
    FieldCoding& field = (*fields)[owner];
    ASSIGN_OR_RETURN(field.model, TrainSentencePiece(field.spec, lines));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Tokenizer>> TokenizerOf(const FieldCoding& field) {
  if (field.spec.kind() == TokenizerSpec::LABEL) return nullptr;
  ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                   CreateTokenizer(field.spec, *field.vocabulary, field.model));
  return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

}  // namespace

std::vector<FieldCoding> PlanFields(const PreprocessOptions& options) {
  std::vector<FieldCoding> fields;
  for (const TaskField& known : FieldsOf(options.task)) {
    FieldCoding field;
    field.name = std::string(known.name);
    field.owner = static_cast<int>(fields.size());
    field.spec = options.tokenizer;
    if (known.labels) {
      field.spec.Clear();
      field.spec.set_kind(TokenizerSpec::LABEL);
    } else if (field.owner > 0 && options.shared_vocabulary) {
      field.owner = 0;
    } else if (field.owner > 0 &&
               options.target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED) {
      field.spec = options.target_tokenizer;
    }
    const bool plain = field.name == "text" || options.shared_vocabulary;
    const std::string prefix = plain ? "" : field.name + ".";
    field.vocabulary_file = absl::StrCat(prefix, std::string(kVocabularyName));
    field.model_file = absl::StrCat(prefix, std::string(kTokenizerName));
    fields.push_back(std::move(field));
  }
  return fields;
}

int VocabularySteps(const std::vector<FieldCoding>& fields) {
  const bool trained = !OwnersWhere(fields, IsSubword).empty();
  const bool counted = !OwnersWhere(fields, IsCounted).empty();
  return trained && counted ? 2 : 1;
}

absl::Status MakeVocabularies(const PreprocessOptions& options, const Corpus& train,
                              WorkerGroup* workers, PipelineProgress* progress,
                              std::vector<FieldCoding>* fields, PreprocessReport* report) {
  std::vector<absl::StatusOr<Vocabulary>> made(fields->size(), absl::InternalError("none"));
  const std::vector<int> counted = OwnersWhere(*fields, IsCounted);
  const std::vector<int> trained = OwnersWhere(*fields, IsSubword);
  if (!trained.empty()) {
    progress->Begin("training the tokenizer on train" + Names(*fields, trained));
    RETURN_IF_ERROR(workers->Agree(
        workers->rank() == 0 ? TrainSubwords(options, train, trained, progress, fields, report)
                             : absl::OkStatus()));
    for (const int owner : trained) {
      FieldCoding& field = (*fields)[owner];
      field.model = workers->Broadcast(field.model);
      made[owner] = BuildSentencePieceVocabulary(field.model);
    }
    progress->End();
  }
  if (!counted.empty()) {
    progress->Begin("counting train" + Names(*fields, counted));
    std::vector<PieceCounts> sums(fields->size());
    RETURN_IF_ERROR(workers->Agree(CountTrain(options, train, *workers, *fields, progress, &sums)));
    for (const int owner : counted) {
      const bool first = workers->rank() == 0;
      for (const std::string& theirs : workers->Gather(first ? "" : sums[owner].Serialize()))
        RETURN_IF_ERROR(sums[owner].AddSerialized(theirs));
      const FieldCoding& field = (*fields)[owner];
      const bool labels = field.spec.kind() == TokenizerSpec::LABEL;
      const bool empty = first && labels && sums[owner].counts().empty();
      RETURN_IF_ERROR(workers->Agree(empty ? NoText(options) : absl::OkStatus()));
      made[owner] = ShareCounted(field.spec, sums[owner], workers);
    }
    progress->End();
  }
  if (trained.empty() && counted.empty()) {
    progress->Begin("the vocabulary is the 256 bytes");
    progress->End();
  }

  for (size_t i = 0; i < fields->size(); ++i) {
    FieldCoding& field = (*fields)[i];
    if (field.owner < static_cast<int>(i)) {
      field.vocabulary = (*fields)[field.owner].vocabulary;
      field.tokenizer = (*fields)[field.owner].tokenizer;
      continue;
    }
    if (field.spec.kind() == TokenizerSpec::BYTE) made[i] = BuildByteVocabulary();
    RETURN_IF_ERROR(workers->Agree(made[i].status()));
    field.vocabulary = std::make_shared<const Vocabulary>(*std::move(made[i]));
    absl::StatusOr<std::shared_ptr<const Tokenizer>> tokenizer = TokenizerOf(field);
    RETURN_IF_ERROR(workers->Agree(tokenizer.status()));
    field.tokenizer = *std::move(tokenizer);
  }
  return absl::OkStatus();
}

}  // namespace elman
