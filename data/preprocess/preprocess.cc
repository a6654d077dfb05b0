#include "data/preprocess/preprocess.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"
#include "data/preprocess/corpus_inputs.h"
#include "data/preprocess/corpus_tag_scheme.h"
#include "data/preprocess/preprocess_plan.h"
#include "data/preprocess/preprocess_provenance.h"
#include "data/shards/manifest.h"
#include "data/shards/shard_format.h"
#include "data/shards/vocabulary_spec.h"
#include "data/splits/split_overlaps.h"
#include "data/splits/split_statistics.h"
#include "data/splits/text_notices.h"
#include "data/splits/tokenize_split.h"
#include "data/splits/unseen_labels.h"
#include "data/staging/output_folder.h"
#include "data/staging/pipeline_progress.h"
#include "data/staging/publish_dataset.h"
#include "data/staging/source_files.h"
#include "data/staging/spooled_split.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/text/label_order.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/vocabularies/field_coding.h"
#include "data/vocabularies/imported_vocabularies.h"
#include "data/vocabularies/make_vocabularies.h"
#include "data/vocabularies/saved_vocabularies.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

constexpr int kStepsAfterVocabularies = 3;

// The state of one run. Each stage is a method, in the order of Run.
class Pipeline {
 public:
  Pipeline(const PreprocessOptions& options, Communicator* workers, Interruption* interruption)
      : options_(options),
        workers_(workers),
        interruption_(interruption),
        fields_(PlanFields(options)),
        progress_(VocabularySteps(fields_) + kStepsAfterVocabularies,
                  !options.quiet && workers->rank() == 0, workers->size()) {}

  // The action for interruptions uses members that are about to be destroyed.
  ~Pipeline() {
    if (interruption_ != nullptr) interruption_->SetAction(nullptr);
  }

  absl::StatusOr<PreprocessReport> Run() {
    RETURN_IF_ERROR(Agree(workers_, OpenOutput()));
    BroadcastString(workers_, &folder_, 0);
    RETURN_IF_ERROR(Agree(workers_, OpenInputs()));
    ShareInputs();
    RETURN_IF_ERROR(TakeGivenVocabularies(options_, workers_, &fields_));
    columns_ = options_.columns;
    columns_.adopted = fields_.back().columns;
    RETURN_IF_ERROR(Agree(workers_, FindEarlierWork()));
    DivideSplits();

    ASSIGN_OR_RETURN(sources_, DescribeSources(given_, splits_, workers_));
    RETURN_IF_ERROR(MakeOrLoadVocabularies());
    RETURN_IF_ERROR(Tokenize());
    RETURN_IF_ERROR(WriteShards());
    RETURN_IF_ERROR(Agree(workers_, Publish()));
    return std::move(report_);
  }

  // The failure of Run as shown to the user: with the original names instead of those of copies,
  // and with what is kept for the next run.
  absl::Status Explained(const absl::Status& status);

 private:
  using Split = PreprocessOptions::Split;

  absl::Status OpenOutput();
  absl::Status OpenInputs();
  void ShareInputs();
  absl::Status FindEarlierWork();
  void DivideSplits();
  absl::Status MakeOrLoadVocabularies();
  absl::Status Tokenize();
  void Report();
  absl::Status NameUnseenLabels();
  absl::Status SettleTags();
  absl::StatusOr<std::string> PlaceOfLabel(const std::string& label) const;
  absl::Status CompareSplits();
  absl::Status FinishVocabularies();
  absl::Status WriteShards();
  absl::StatusOr<SplitEntry> WriteMyShards(const std::string& name, const SpooledSplit& split);
  absl::Status Publish();

  std::string WithNamesGiven(std::string text) const;
  bool first() const { return workers_->rank() == 0; }
  Corpus CorpusOfSplit(const Split& split) const {
    return CorpusOf(options_.task, split.files, split.target_files);
  }
  ExampleRules RulesOf(const Split& split) const {
    return {options_.task, options_.on_invalid, split.part,
            columns_,      options_.max_length, options_.on_long};
  }

  const PreprocessOptions& options_;
  Communicator* const workers_;
  Interruption* const interruption_;
  std::vector<FieldCoding> fields_;
  PipelineProgress progress_;
  PreprocessReport report_;

  std::unique_ptr<OutputFolder> output_;                    // only on rank 0
  std::string folder_;                                      // where all ranks write during the run
  std::vector<std::unique_ptr<AtomicFile>> copied_inputs_;  // copies of pipes; only on rank 0
  std::vector<Split> given_;                                // from the options, after --split
  std::vector<Split> splits_;                     // as given_, with copies instead of pipes
  std::vector<SplitEntry> sources_;               // what was read, as splits_; only on rank 0
  ColumnChoice columns_;                          // for TAGGING
  std::vector<std::string> fingerprints_;         // of the vocabularies, by field
  std::vector<SpooledSplit> tokenized_;           // as splits_; the same on every rank
  std::vector<SplitStatistics> statistics_;       // as splits_; complete on rank 0
  std::vector<std::vector<uint64_t>> id_counts_;  // in train, by field that owns its vocabulary
  uint64_t kept_shards_ = 0;                      // on this rank
};

// --- Output and inputs ---

std::string ContinueHint(const std::string& folder) {
  return absl::StrCat(
      "finished parts are kept in ", folder,
      "; run the same command again to resume, or delete the folder to discard them");
}

absl::Status Pipeline::OpenOutput() {
  if (!first()) return absl::OkStatus();
  ASSIGN_OR_RETURN(output_, OutputFolder::Open(options_.output));
  folder_ = output_->work_path();
  if (interruption_ != nullptr) {
    interruption_->SetAction([output = output_.get()] {
      output->Leave();
      if (output->kept()) std::fprintf(stderr, "\n%s\n", ContinueHint(output->work_path()).c_str());
    });
  }
  return absl::OkStatus();
}

absl::Status Pipeline::OpenInputs() {
  splits_ = options_.splits;
  return first() ? CheckInputs(folder_, &splits_, &copied_inputs_) : absl::OkStatus();
}

void Pipeline::ShareInputs() {
  for (Split& split : splits_) {
    for (std::string& file : split.files) BroadcastString(workers_, &file, 0);
    for (std::string& file : split.target_files) BroadcastString(workers_, &file, 0);
  }
}

absl::Status Pipeline::FindEarlierWork() {
  if (!first()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string plan, PlanText(options_, splits_));
  bool discarded = false;
  ASSIGN_OR_RETURN(const bool continues, output_->Begin(plan, &discarded));
  if (continues) progress_.PrintInfo(absl::StrCat("resuming in ", folder_));
  if (discarded) {
    progress_.PrintInfo(absl::StrCat("discarded the unfinished parts in ", folder_,
                                     ", which were made with other options or files"));
  }
  return absl::OkStatus();
}

void Pipeline::DivideSplits() {
  given_ = DividedSplits(options_.splits, options_.split_weights);
  splits_ = DividedSplits(std::move(splits_), options_.split_weights);
}

// Whether another run with the same files and options would fail too.
bool ComesFromInput(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsDataLoss(status) || absl::IsNotFound(status) ||
         absl::IsFailedPrecondition(status);
}

std::string Pipeline::WithNamesGiven(std::string text) const {
  const std::vector<Split>& given = given_.empty() ? options_.splits : given_;
  for (size_t i = 0; i < splits_.size(); ++i) {
    const auto restore = [&](const std::vector<std::string>& read,
                             const std::vector<std::string>& names) {
      for (size_t j = 0; j < read.size(); ++j) {
        if (read[j] != names[j]) text = absl::StrReplaceAll(text, {{read[j], names[j]}});
      }
    };
    restore(splits_[i].files, given[i].files);
    restore(splits_[i].target_files, given[i].target_files);
  }
  return text;
}

absl::Status Pipeline::Explained(const absl::Status& status) {
  if (status.ok()) return status;
  std::string message = WithNamesGiven(std::string(status.message()));
  if (output_ != nullptr && ComesFromInput(status)) output_->Keep(false);
  if (output_ != nullptr && output_->kept()) absl::StrAppend(&message, "; ", ContinueHint(folder_));
  return absl::Status(status.code(), message);
}

// --- Vocabularies ---

absl::Status Pipeline::MakeOrLoadVocabularies() {
  std::optional<std::vector<absl::StatusOr<Vocabulary>>> made;
  if (first()) made = LoadVocabularies(folder_, &fields_, &report_);
  const bool found = workers_->Sum({made.has_value()})[0] > 0;
  if (found) {
    progress_.PrintInfo("reused from the interrupted run: vocabularies");
    progress_.SkipSteps(VocabularySteps(fields_));
    if (!first()) made = LoadVocabularies(folder_, &fields_, &report_);
    RETURN_IF_ERROR(
        Agree(workers_, made ? absl::OkStatus()
                             : absl::UnavailableError(absl::StrCat(
                                   folder_,
                                   ": rank 0 has files in this folder that this rank cannot see; "
                                   "--output must be on a file system that all hosts share"))));
  } else {
    ASSIGN_OR_RETURN(
        made, MakeVocabularies(options_, CorpusOfSplit(splits_[0]), RulesOf(splits_[0]), folder_,
                               workers_, &progress_, &fields_, &report_));
  }
  RETURN_IF_ERROR(UseVocabularies(*std::move(made), workers_, &fields_));
  if (!first()) return Agree(workers_, absl::OkStatus());
  const absl::Status stored =
      found ? absl::OkStatus() : StoreVocabularies(folder_, fields_, report_);
  if (stored.ok()) output_->Keep(true);
  return Agree(workers_, stored);
}

// --- Tokens ---

absl::Status Pipeline::Tokenize() {
  std::string names;
  uint64_t bytes = 0;
  for (const Split& split : splits_) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", split.name);
    bytes += PlainBytes(CorpusOfSplit(split));
  }
  progress_.Begin(absl::StrCat("tokenizing ", names), bytes);
  SplitTokenizer tokenizer(options_, fields_, folder_, workers_, &progress_);
  for (size_t i = 0; i < splits_.size(); ++i) {
    ASSIGN_OR_RETURN(
        SpooledSplit tokenized,
        tokenizer.Tokenize(splits_[i].name, CorpusOfSplit(splits_[i]), RulesOf(splits_[i])));
    if (tokenized.ids == 0) {
      ASSIGN_OR_RETURN(statistics_, tokenizer.ShareStatistics());
      return NoExamples(options_.task, splits_[i], given_[i].files[0], statistics_[i].left_out(),
                        options_.max_length);
    }
    tokenized_.push_back(std::move(tokenized));
  }
  progress_.End();
  if (tokenizer.kept_chunks() > 0) {
    progress_.PrintInfo(absl::StrCat("reused from the interrupted run: tokens of ",
                                     tokenizer.kept_chunks(), " chunks of text (1 MiB each)"));
  }
  ASSIGN_OR_RETURN(statistics_, tokenizer.ShareStatistics());
  id_counts_ = tokenizer.ShareIdCounts();
  Report();
  RETURN_IF_ERROR(NameUnseenLabels());
  RETURN_IF_ERROR(SettleTags());
  RETURN_IF_ERROR(CompareSplits());
  return FinishVocabularies();
}

// Adds the labels that do not occur in train to the vocabularies of labels. Later reads of the
// spools use their ids.
absl::Status Pipeline::NameUnseenLabels() {
  PieceCounts unseen;
  for (const SplitStatistics& statistics : statistics_) unseen.AddAll(statistics.unseen_labels());
  const std::vector<Vocabulary::Entry> shared = ShareUnseenLabels(unseen, workers_);
  for (int i = 0; i < static_cast<int>(fields_.size()) && !shared.empty(); ++i) {
    FieldCoding& field = fields_[i];
    if (field.spec.kind() != TokenizerSpec::LABEL) continue;
    Vocabulary vocabulary = *field.vocabulary;
    RETURN_IF_ERROR(vocabulary.SetUnseenLabels(shared));
    field.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary));
    for (SpooledSplit& split : tokenized_) {
      split.complete = [labels = field.vocabulary, i](SpooledExamples* examples) {
        return RenumberUnseenLabels(*labels, i, examples);
      };
    }
  }
  return absl::OkStatus();
}

// First place of a label in the corpus: "FILE: line NUMBER".
absl::StatusOr<std::string> Pipeline::PlaceOfLabel(const std::string& label) const {
  for (const Split& split : splits_) {
    ASSIGN_OR_RETURN(const std::string place,
                     FindLabel(CorpusOfSplit(split), RulesOf(split), label));
    if (!place.empty()) return place;
  }
  return options_.splits[0].files[0];
}

absl::Status Pipeline::SettleTags() {
  if (options_.task != TAGGING) return absl::OkStatus();
  FieldCoding& tags = fields_.back();
  const TrainTags train{id_counts_.back(), statistics_[0].tag_pairs()};
  const bool has_train = splits_[0].name == "train";
  absl::StatusOr<TagScheme> scheme = tags.tag_scheme;
  if (first()) {
    scheme = SettleTagScheme(options_.tag_scheme, tags, has_train ? &train : nullptr,
                             [this](const std::string& tag) { return PlaceOfLabel(tag); });
  }
  RETURN_IF_ERROR(Agree(workers_, scheme.status()));
  tags.tag_scheme = *scheme;
  const std::string& file = splits_[0].files[0];
  const absl::Status recorded = first() ? RecordColumns(columns_, file, &tags) : absl::OkStatus();
  RETURN_IF_ERROR(Agree(workers_, recorded));
  if (has_train) report_.train_tags = train.pairs;
  return absl::OkStatus();
}

void Pipeline::Report() {
  PieceCounts unseen;
  for (const SplitStatistics& statistics : statistics_) {
    report_.left_out.Add(statistics.left_out());
    report_.invalid_examples += statistics.invalid_examples();
    for (SuspectLines& lines : SuspectLinesOf(statistics.notices())) {
      lines.place = WithNamesGiven(lines.place);
      report_.suspect_lines.push_back(std::move(lines));
    }
    unseen.AddAll(statistics.unseen_labels());
  }
  for (uint32_t i = 0; i < unseen.size(); ++i)
    report_.unseen_labels.emplace_back(unseen.piece(i), unseen.count(i));
  std::ranges::sort(report_.unseen_labels, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
}

// Finds examples that occur in several splits.
absl::Status Pipeline::CompareSplits() {
  std::vector<HashedSplit> hashed;
  for (size_t i = 0; i < statistics_.size(); ++i)
    hashed.push_back({splits_[i].name, workers_->Gather(statistics_[i].hash_path())});
  const auto compare = [&]() -> absl::Status {
    if (!first() || statistics_[0].hash_path().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(report_.overlaps, FindOverlaps(hashed));
    for (SplitOverlap& overlap : report_.overlaps) {
      const auto split = std::ranges::find(splits_, overlap.split, &Split::name);
      RETURN_IF_ERROR(FindExample(CorpusOfSplit(*split), RulesOf(*split), &overlap));
      overlap.place = WithNamesGiven(overlap.place);
    }
    return absl::OkStatus();
  };
  absl::Status status = Agree(workers_, compare());
  for (SplitStatistics& statistics : statistics_) statistics.RemoveHashes();
  return status;
}

absl::Status Pipeline::FinishVocabularies() {
  for (size_t i = 0; i < fields_.size(); ++i) {
    FieldCoding& field = fields_[i];
    if (field.spec.kind() == TokenizerSpec::LABEL && splits_[0].name == "train") {
      for (uint32_t id = 0; id < field.vocabulary->size(); ++id)
        report_.train_labels.push_back({field.vocabulary->piece(id), id_counts_[i][id]});
    }
    if (field.owner < static_cast<int>(i)) {
      field.vocabulary = fields_[field.owner].vocabulary;
      fingerprints_.push_back(fingerprints_[field.owner]);
      continue;
    }
    // The tokenizer refers to the vocabulary without counts and is not needed any more.
    field.tokenizer = nullptr;
    if (!field.adopted) {
      ASSIGN_OR_RETURN(Vocabulary counted, WithCounts(*field.vocabulary, id_counts_[i]));
      RETURN_IF_ERROR(counted.SetUnseenLabels(field.vocabulary->unseen_labels()));
      if (options_.task == CLASSIFICATION && field.spec.kind() == TokenizerSpec::LABEL) {
        std::vector<Vocabulary::Entry> labels = counted.entries();  // already sorted
        ASSIGN_OR_RETURN(field.label_order, OrderLabels(options_.label_order, &labels));
      }
      field.vocabulary = std::make_shared<const Vocabulary>(std::move(counted));
    }
    fingerprints_.push_back(
        VocabularyFingerprint(field.spec, field.vocabulary->ToText(), field.model));
  }
  return absl::OkStatus();
}

// --- Shards ---

absl::Status Pipeline::WriteShards() {
  progress_.Begin("writing shards");
  for (size_t i = 0; i < splits_.size(); ++i) {
    absl::StatusOr<SplitEntry> mine = WriteMyShards(splits_[i].name, tokenized_[i]);
    RETURN_IF_ERROR(Agree(workers_, mine.status()));
    SplitEntry* split = report_.manifest.add_splits();
    split->set_name(splits_[i].name);
    for (const std::string& theirs : workers_->Gather(mine->SerializeAsString())) {
      split->MergeFromString(theirs);
    }
    SumUpShards(split);
  }
  progress_.End();
  const uint64_t kept = workers_->Sum({kept_shards_})[0];
  if (kept > 0)
    progress_.PrintInfo(absl::StrCat("reused from the interrupted run: ", kept, " shards"));
  return absl::OkStatus();
}

absl::StatusOr<SplitEntry> Pipeline::WriteMyShards(const std::string& name,
                                                   const SpooledSplit& split) {
  ShardingPlan plan{.folder = folder_,
                    .shard_tokens = options_.shard_tokens,
                    .threads = options_.threads,
                    .worker = workers_->rank(),
                    .workers = workers_->size()};
  plan.raw_text = RawTextOf(options_.task, name);
  plan.header.set_format_version(kShardFormatVersion);
  plan.header.set_task(options_.task);
  plan.header.set_split(name);
  for (size_t i = 0; i < fields_.size(); ++i) {
    ShardHeader::Field* field = plan.header.add_fields();
    field->set_name(fields_[i].name);
    field->set_token_width(TokenWidth(fields_[i].vocabulary->id_limit()));
    field->set_vocabulary_fingerprint(fingerprints_[i]);
    plan.unknown_ids.push_back(fields_[i].vocabulary->unknown_id());
  }
  return elman::WriteShards(split, std::move(plan), &kept_shards_);
}

// --- Manifest ---

absl::Status Pipeline::Publish() {
  if (!first()) return absl::OkStatus();
  progress_.Begin("publishing");
  copied_inputs_.clear();  // also deletes the files
  tokenized_.clear();
  DatasetManifest& manifest = report_.manifest;
  manifest.set_format_version(kDatasetFormatVersion);
  manifest.set_task(options_.task);
  *manifest.mutable_preprocess() = DescribeRun(options_, fields_);
  for (int i = 0; i < manifest.splits_size(); ++i) {
    *manifest.mutable_splits(i)->mutable_sources() = sources_[i].sources();
    statistics_[i].Describe(fields_, report_.overlaps, manifest.mutable_splits(i));
  }
  for (size_t i = 0; i < fields_.size(); ++i) {
    const FieldCoding& field = fields_[i];
    FieldEntry* entry = manifest.add_fields();
    if (field.owner < static_cast<int>(i)) *entry = manifest.fields(field.owner);
    entry->set_name(field.name);
    if (field.owner < static_cast<int>(i)) continue;
    *entry->mutable_tokenizer() = field.spec;
    if (!field.source.name().empty()) *entry->mutable_source() = field.source;
    entry->set_used_types(UsedTypes(*field.vocabulary, id_counts_[i]));
    entry->set_label_order(field.label_order);
    entry->set_tag_scheme(field.tag_scheme);
    if (field.columns.word() > 0) *entry->mutable_columns() = field.columns;
    *entry->mutable_vocabulary() = SpecOf(*field.vocabulary, fingerprints_[i]);
    if (!field.vocabulary->unseen_labels().empty()) {
      RETURN_IF_ERROR(WriteEntry(folder_, absl::StrCat(field.name, ".unseen.txt"),
                                 field.vocabulary->UnseenLabelsToText(),
                                 entry->mutable_unseen_file()));
    }
    RETURN_IF_ERROR(WriteEntry(folder_, field.vocabulary_file, field.vocabulary->ToText(),
                               entry->mutable_vocabulary_file()));
    if (field.model.empty()) continue;
    RETURN_IF_ERROR(
        WriteEntry(folder_, field.model_file, field.model, entry->mutable_tokenizer_file()));
  }
  RETURN_IF_ERROR(PublishDataset(manifest, output_.get()));
  progress_.End();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PreprocessReport> Preprocess(const PreprocessOptions& options, Communicator* workers,
                                            Interruption* interruption) {
  Pipeline pipeline(options, workers, interruption);
  absl::StatusOr<PreprocessReport> report = pipeline.Run();
  if (!report.ok()) return pipeline.Explained(report.status());
  return report;
}

}  // namespace elman
