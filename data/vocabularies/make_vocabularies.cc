#include "data/vocabularies/make_vocabularies.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/format/characters.h"
#include "data/format/utf8.h"
#include "data/io/status_macros.h"
#include "data/text/example_rules.h"
#include "data/text/label_order.h"
#include "data/text/line_sample.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/vocabularies/train_counts.h"
#include "data/vocabularies/unknown_words.h"
#include "data/workers/in_turn.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

using Fields = std::vector<FieldCoding>;

// The fields that own a vocabulary that must be made and for whose kind `wanted` is true.
template <typename Wanted>
std::vector<int> OwnersWhere(const Fields& fields, Wanted wanted) {
  std::vector<int> owners;
  for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
    const FieldCoding& field = fields[i];
    if (field.owner == i && !field.given() && wanted(field.spec.kind())) owners.push_back(i);
  }
  return owners;
}

std::string Names(const Fields& fields, const std::vector<int>& owners) {
  std::vector<std::string> names;
  for (const int owner : owners) names.push_back(fields[owner].name);
  return fields.size() == 1 ? "" : absl::StrCat(" (", absl::StrJoin(names, ", "), ")");
}

absl::Status NoText(const PreprocessOptions& options) {
  return absl::InvalidArgumentError(absl::StrCat(
      options.splits[0].files[0], ": empty: --train contains no text; name another file"));
}

// --- Counted vocabularies ---

// The words that are not in the vocabulary.
FieldStatistics LeftOutOf(PieceSelection* selection) {
  FieldStatistics statistics;
  statistics.set_unknown_types(selection->left_out_types());
  AddUnknownWords(selection->TakeLeftOut(), &statistics);
  return statistics;
}

// The labels in the order given by the options.
absl::StatusOr<Vocabulary> Ordered(const LabelOrderSpec& order, const Vocabulary& labels) {
  std::vector<Vocabulary::Entry> entries = labels.entries();
  RETURN_IF_ERROR(OrderLabels(order, &entries).status());
  return Vocabulary::CreateLabels(std::move(entries));
}

// Broadcasts the vocabulary that rank 0 has chosen. `order` is null except for labels of texts.
absl::StatusOr<Vocabulary> ShareCounted(bool labels, const LabelOrderSpec* order,
                                        PieceSelection* selection, Communicator* workers) {
  absl::StatusOr<Vocabulary> vocabulary = absl::InternalError("no vocabulary");
  std::string text;
  if (workers->rank() == 0) {
    vocabulary = selection->Build();
    if (vocabulary.ok() && order != nullptr) vocabulary = Ordered(*order, *vocabulary);
    if (workers->size() == 1) return vocabulary;
    if (vocabulary.ok()) text = vocabulary->ToText();
  }
  BroadcastString(workers, &text, 0);
  if (workers->rank() != 0) {
    constexpr char kOrigin[] = "the vocabulary from rank 0";
    vocabulary = labels ? Vocabulary::ParseLabels(text, kOrigin) : Vocabulary::Parse(text, kOrigin);
  }
  return vocabulary;
}

// --- Subword vocabularies ---

// The words of a field as one text.
std::string Joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += ' ';
    text += words[i];
  }
  return text;
}

// Samples the texts of each field from this rank's share of the corpus.
absl::Status SampleTrain(const PreprocessOptions& options, const Corpus& train,
                         const ExampleRules& rules, const Communicator& workers,
                         const Fields& fields, PipelineProgress* progress,
                         std::vector<LineSample>* samples) {
  CorpusReader reader(train, workers.rank(), workers.size());
  std::vector<std::vector<LineSample>> by_thread(options.threads, *samples);
  RETURN_IF_ERROR(WorkInTurn<TextChunk>(
      options.threads, [&](TextChunk* chunk) { return reader.Next(chunk); },
      [&](int thread, TextChunk* chunk) {
        RETURN_IF_ERROR(reader.Read(chunk));
        uint64_t number = chunk->number << 32;
        LeftOut left_out;
        progress->Add(chunk->file_bytes);
        return ReadExamples(
            rules, *chunk,
            [&](const TextExample& example) {
              for (size_t i = 0; i < fields.size(); ++i) {
                const FieldCoding& field = fields[i];
                if (field.given() || !IsSubword(field.spec.kind())) continue;
                std::string line = ReplaceInvalidUtf8(Joined(example.fields[i]));
                if (field.spec.lowercase()) line = LowerCase(line);
                if (!line.empty()) by_thread[thread][field.owner].Add(number++, line);
              }
            },
            &left_out);
      }));
  for (std::vector<LineSample>& mine : by_thread) {
    for (size_t i = 0; i < mine.size(); ++i) (*samples)[i].AddAll(mine[i]);
    mine.clear();
  }
  return absl::OkStatus();
}

// Trains the models on rank 0.
absl::Status TrainSubwords(const PreprocessOptions& options, const std::vector<int>& owners,
                           std::vector<LineSample>* samples, Fields* fields,
                           PreprocessReport* report) {
  for (const int owner : owners) {
    LineSample& sample = (*samples)[owner];
    const std::vector<std::string> lines = sample.Take();
    if (lines.empty()) return NoText(options);
    report->sampled_lines += lines.size();
    report->training_lines += sample.lines_seen();
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

int VocabularySteps(const std::vector<FieldCoding>& fields) {
  const bool trained = !OwnersWhere(fields, IsSubword).empty();
  const bool counted = !OwnersWhere(fields, IsCounted).empty();
  return trained && counted ? 2 : 1;
}

absl::StatusOr<std::vector<absl::StatusOr<Vocabulary>>> MakeVocabularies(
    const PreprocessOptions& options, const Corpus& train, const ExampleRules& rules,
    const std::string& folder, Communicator* workers, PipelineProgress* progress,
    std::vector<FieldCoding>* fields, PreprocessReport* report) {
  std::vector<absl::StatusOr<Vocabulary>> made(fields->size(), absl::InternalError("none"));
  const std::vector<int> counted = OwnersWhere(*fields, IsCounted);
  const std::vector<int> trained = OwnersWhere(*fields, IsSubword);
  if (!trained.empty()) {
    progress->Begin("training the tokenizer on train" + Names(*fields, trained), PlainBytes(train));
    std::vector<LineSample> samples(fields->size(), LineSample(options.tokenizer_sample_bytes));
    RETURN_IF_ERROR(
        Agree(workers, SampleTrain(options, train, rules, *workers, *fields, progress, &samples)));
    for (const int owner : workers->size() > 1 ? trained : std::vector<int>()) {
      LineSample all(options.tokenizer_sample_bytes);
      for (const std::string& theirs : workers->Gather(samples[owner].Serialize()))
        RETURN_IF_ERROR(all.AddSerialized(theirs));
      samples[owner] = std::move(all);
    }
    RETURN_IF_ERROR(Agree(workers, workers->rank() == 0
                                       ? TrainSubwords(options, trained, &samples, fields, report)
                                       : absl::OkStatus()));
    for (const int owner : trained) {
      FieldCoding& field = (*fields)[owner];
      BroadcastString(workers, &field.model, 0);
      made[owner] = BuildSentencePieceVocabulary(field.model);
    }
    progress->End();
  }
  if (!counted.empty()) {
    if (options.splits[0].name != "train") {
      return absl::InvalidArgumentError(
          absl::StrCat("--train=FILE is missing: ", options.vocabulary_of, " has no vocabulary of ",
                       (*fields)[counted[0]].name, ", which is made from --train"));
    }
    progress->Begin("counting train" + Names(*fields, counted), PlainBytes(train));
    std::vector<PieceSelection> selections;
    RETURN_IF_ERROR(CountTrain(options, train, rules, folder, *fields, counted, workers, progress,
                               &selections));
    for (size_t i = 0; i < counted.size(); ++i) {
      FieldCoding& field = (*fields)[counted[i]];
      const bool labels = field.spec.kind() == TokenizerSpec::LABEL;
      const bool empty = workers->rank() == 0 && labels && selections[i].empty();
      RETURN_IF_ERROR(Agree(workers, empty ? NoText(options) : absl::OkStatus()));
      field.left_out = LeftOutOf(&selections[i]);
      const bool ordered = labels && options.task == CLASSIFICATION;
      made[counted[i]] =
          ShareCounted(labels, ordered ? &options.label_order : nullptr, &selections[i], workers);
    }
    progress->End();
  }
  if (trained.empty() && counted.empty()) {
    progress->Begin("using an existing vocabulary");
    progress->End();
  }

  for (size_t i = 0; i < fields->size(); ++i) {
    if ((*fields)[i].spec.kind() == TokenizerSpec::BYTE) made[i] = BuildByteVocabulary();
  }
  return made;
}

absl::Status UseVocabularies(std::vector<absl::StatusOr<Vocabulary>> made, Communicator* workers,
                             std::vector<FieldCoding>* fields) {
  for (size_t i = 0; i < fields->size(); ++i) {
    FieldCoding& field = (*fields)[i];
    if (field.owner < static_cast<int>(i)) {
      field.vocabulary = (*fields)[field.owner].vocabulary;
      field.tokenizer = (*fields)[field.owner].tokenizer;
      continue;
    }
    if (!field.given()) {
      RETURN_IF_ERROR(Agree(workers, made[i].status()));
      field.vocabulary = std::make_shared<const Vocabulary>(*std::move(made[i]));
    }
    absl::StatusOr<std::shared_ptr<const Tokenizer>> tokenizer = TokenizerOf(field);
    RETURN_IF_ERROR(Agree(workers, tokenizer.status()));
    field.tokenizer = *std::move(tokenizer);
  }
  return absl::OkStatus();
}

}  // namespace elman
