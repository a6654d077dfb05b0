#include "trainer/eval/evaluators/label_metrics.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/text/label_order.h"
#include "trainer/eval/evaluators/evaluation_sums.h"
#include "trainer/eval/metrics/classification_score.h"

namespace elman {
namespace {

// The labels that references may have: those that models predict, those that are not in `train`,
// and one for all labels whose names the data set does not have.
class ReferenceLabels {
 public:
  explicit ReferenceLabels(const Vocabulary& labels)
      : predictable_(static_cast<int>(labels.size())),
        first_unseen_(static_cast<int>(labels.first_unseen_id())) {
    for (const Vocabulary::Entry& label : labels.entries()) names_.push_back(label.piece);
    for (const Vocabulary::Entry& label : labels.unseen_labels()) names_.push_back(label.piece);
    names_.emplace_back(kUnseenLabel);
  }

  int predictable() const { return predictable_; }
  int size() const { return static_cast<int>(names_.size()); }
  bool named(int label) const { return label + 1 < size(); }
  const std::vector<std::string>& names() const { return names_; }

  // Returns the number of a label, given its id in the data set.
  int Of(int32_t id) const {
    if (id < predictable_) return id;
    return id < first_unseen_ ? size() - 1 : predictable_ + id - first_unseen_;
  }

  ClassificationScore Score() const {
    return ClassificationScore(predictable_, size() - predictable_);
  }

  // Returns whether tables have a row for the label. Labels that are not in `train` have one if
  // they occur.
  bool IsShown(const ClassificationScore& score, int label) const {
    return label < predictable_ || score.present(label) > 0;
  }

  // Returns the labels in the order of table rows: by value, if all labels are numbers.
  std::vector<int> Shown(const ClassificationScore& score) const {
    std::vector<int> shown;
    bool numbers = true;
    for (int label = 0; label < size(); ++label) {
      if (!IsShown(score, label)) continue;
      shown.push_back(label);
      numbers = numbers && LabelNumber(names_[label]).has_value();
    }
    if (numbers) {
      std::ranges::stable_sort(
          shown, [&](int a, int b) { return NumericallyBefore(names_[a], names_[b]); });
    }
    return shown;
  }

 private:
  const int predictable_, first_unseen_;
  std::vector<std::string> names_;
};

double Count(int64_t number) { return static_cast<double>(number); }
double Ratio(int64_t part, int64_t whole) { return whole == 0 ? 0 : Count(part) / Count(whole); }

// Correct predictions by length of the sequence.
struct LengthCounts {
  static constexpr int kFrom[] = {1, 5, 10, 20, 40};  // tokens
  struct Range {
    int64_t examples = 0, targets = 0, right = 0;
  };
  Range ranges[std::size(kFrom)];

  void Add(int length, int64_t targets, int64_t right) {
    Range& range = ranges[std::ranges::upper_bound(kFrom, length) - kFrom - 1];
    range.examples += 1;
    range.targets += targets;
    range.right += right;
  }

  MetricTable Table() const {
    MetricTable table{"by_length", {{"accuracy"}, {"examples", 0, "", false, true}}, {}};
    for (size_t i = 0; i < std::size(kFrom); ++i) {
      const Range& range = ranges[i];
      if (range.examples == 0) continue;
      const std::string to =
          i + 1 == std::size(kFrom) ? " and more" : absl::StrCat(" to ", kFrom[i + 1] - 1);
      table.rows.push_back(
          {absl::StrCat(kFrom[i], to), {Ratio(range.right, range.targets), Count(range.examples)}});
    }
    return table;
  }
};

constexpr int64_t kLengthWidth = sizeof(LengthCounts) / sizeof(int64_t);

// Counts begin with those by length.
MetricTable TableByLength(std::span<const int64_t> counts) {
  return NamedOf<LengthCounts, int64_t>(counts.first(kLengthWidth)).Table();
}

void AddTo(const std::vector<int64_t>& more, std::span<int64_t> counts) {
  for (size_t i = 0; i < more.size(); ++i) counts[i] += more[i];
}

// Visits the sequences of a batch with their predicted and reference labels.
template <typename Visit>
void ForEachSequence(const Batch& batch, std::span<const int32_t> predicted, const Visit& visit) {
  std::vector<int32_t> mine, truth;
  const size_t steps = batch.targets.size() / batch.rows;
  for (int row = 0; row < batch.rows; ++row) {
    mine.clear();
    truth.clear();
    for (size_t t = 0; t < steps; ++t) {
      const size_t at = t * batch.rows + row;
      if (batch.targets[at] == kNoTarget) continue;
      truth.push_back(batch.targets[at]);
      mine.push_back(predicted[at]);
    }
    visit(batch.lengths.empty() ? batch.steps : batch.lengths[row], mine, truth);
  }
}

// Returns precision, recall and F1 of each label.
MetricTable TableByLabel(const ClassificationScore& score, const ReferenceLabels& labels) {
  MetricTable table{"by_label",
                    {{"precision"}, {"recall"}, {"f1"}, {"present", 0, "", false, true}},
                    {},
                    kPerLabel};
  for (const int label : labels.Shown(score)) {
    table.rows.push_back({labels.names()[label],
                          {score.precision(label), score.recall(label), score.f1(label),
                           Count(score.present(label))}});
  }
  return table;
}

// Returns the counts of the most frequent labels, in the order of table rows. Labels that occur
// neither as references nor as predictions are left out.
ConfusionCounts ConfusionOf(const ClassificationScore& score, const ReferenceLabels& labels) {
  std::vector<int> shown = labels.Shown(score);
  std::vector<std::pair<int64_t, int64_t>> uses(labels.size());  // as reference and prediction
  for (const int label : shown) uses[label] = {score.present(label), score.predicted(label)};
  std::erase_if(shown, [&](int label) { return uses[label] == std::pair<int64_t, int64_t>(); });
  const int64_t all = std::ssize(shown);
  if (all > kMostConfusedLabels) {
    std::vector<int> frequent = shown;
    std::ranges::stable_sort(frequent, std::ranges::greater(),
                             [&](int label) { return uses[label]; });
    frequent.resize(kMostConfusedLabels);
    std::erase_if(shown, [&](int label) { return std::ranges::count(frequent, label) == 0; });
  }
  ConfusionCounts confusion{.labels = {}, .counts = {}, .left_out = all - std::ssize(shown)};
  for (const int reference : shown) {
    confusion.labels.push_back(labels.names()[reference]);
    for (const int label : shown) {
      confusion.counts.push_back(label < labels.predictable() ? score.count(reference, label) : 0);
    }
  }
  return confusion;
}

// Returns a single-token entity for a tag whose name is not known.
EntityTag UnseenEntity(TagScheme scheme) {
  switch (scheme) {
    case FieldEntry::IOB2:
      return {'B', kUnseenLabel};
    case FieldEntry::IOE2:
      return {'E', kUnseenLabel};
    case FieldEntry::IOB1:
    case FieldEntry::IOE1:
      return {'I', kUnseenLabel};
    default:
      return {'S', kUnseenLabel};
  }
}

class TagMetrics : public LabelMetrics {
 public:
  TagMetrics(const Vocabulary& tags, const EntitySpec& spec)
      : labels_(tags), spec_(spec), label_numbers_(labels_.Score().Counts().size()) {
    if (!marks_entities()) return;
    for (int label = 0; label < labels_.size(); ++label) {
      const EntityTag tag = labels_.named(label)
                                ? ParseEntityTag(labels_.names()[label], spec_.scheme)
                                : UnseenEntity(spec_.scheme);
      tags_.push_back(tag);
      if (tag.letter != 0 && tag.letter != 'O') types_.emplace_back(tag.type);
    }
    entity_numbers_ = Entities().Counts().size();
  }

  int64_t width() const override { return kLengthWidth + label_numbers_ + entity_numbers_; }

  void Count(const Batch& batch, std::span<const int32_t> predicted,
             std::span<int64_t> counts) const override {
    ClassificationScore labels = labels_.Score();
    EntityScore entities = Entities();
    LengthCounts lengths;
    std::vector<EntityTag> found, present;
    ForEachSequence(batch, predicted, [&](int length, const auto& mine, const auto& reference) {
      int64_t hits = 0;
      found.clear();
      present.clear();
      for (size_t i = 0; i < reference.size(); ++i) {
        const int label = labels_.Of(reference[i]);
        hits += mine[i] == label;
        labels.Add(mine[i], label);
        if (!marks_entities()) continue;
        found.push_back(tags_[mine[i]]);
        present.push_back(tags_[label]);
      }
      lengths.Add(length, static_cast<int64_t>(reference.size()), hits);
      if (marks_entities()) entities.Add(found, present);
    });
    AddTo(ArrayOf<int64_t>(lengths), counts);
    AddTo(labels.Counts(), OfLabels(counts));
    AddTo(entities.Counts(), OfEntities(counts));
  }

  void ComputeMetrics(std::span<const int64_t> counts, Evaluation* evaluation) const override {
    ClassificationScore labels = labels_.Score();
    labels.AddCounts(OfLabels(counts));
    std::vector<Metric>& metrics = evaluation->metrics;
    metrics.push_back({"accuracy", labels.accuracy(), "of the tags", /*is_main=*/true});
    evaluation->score = labels.accuracy();
    evaluation->signatures.emplace_back("tag_scheme", NameOf(spec_.scheme));
    if (marks_entities()) {
      EntityScore entities = Entities();
      entities.AddCounts(OfEntities(counts));
      const bool strict = spec_.mode == EntityMode::kStrict;
      const EntityCounts total = entities.total();
      metrics.push_back({"precision", total.precision(), "of the entities found"});
      metrics.push_back({"recall", total.recall(), "of the entities present"});
      metrics.push_back({"f1", total.f1(),
                         strict ? "of entities, as seqeval's strict mode counts"
                                : "of entities, as conlleval counts",
                         /*is_main=*/true});
      evaluation->score = total.f1();
      evaluation->signatures.emplace_back("entity_mode", strict ? "strict" : "conlleval");
      evaluation->tables.push_back(TableByType(entities));
    } else {
      evaluation->tables.push_back(TableByLabel(labels, labels_));
    }
    metrics.push_back({"tokens", elman::Count(labels.examples()), "", false, /*count=*/true});
    metrics.push_back({"unseen_tags", elman::Count(labels.unseen()),
                       "of tags that train does not have", false, /*count=*/true});
    evaluation->tables.push_back(TableByLength(counts));
    evaluation->confusion = ConfusionOf(labels, labels_);
  }

 private:
  template <typename T>
  std::span<T> OfLabels(std::span<T> counts) const {
    return counts.subspan(kLengthWidth, label_numbers_);
  }
  template <typename T>
  std::span<T> OfEntities(std::span<T> counts) const {
    return counts.subspan(kLengthWidth + label_numbers_, entity_numbers_);
  }

  bool marks_entities() const { return spec_.scheme != FieldEntry::NONE; }
  EntityScore Entities() const { return EntityScore(spec_.scheme, spec_.mode, types_); }

  static MetricTable TableByType(const EntityScore& entities) {
    MetricTable table{"by_type",
                      {{"precision"}, {"recall"}, {"f1"}, {"present", 0, "", false, true}},
                      {},
                      kPerLabel};
    for (const auto& [type, counts] : entities.by_type()) {
      if (counts.present + counts.found == 0) continue;
      // Tags may have no type; seqeval uses _ for it.
      table.rows.push_back(
          {type.empty() ? "_" : type,
           {counts.precision(), counts.recall(), counts.f1(), elman::Count(counts.present)}});
    }
    return table;
  }

  const ReferenceLabels labels_;
  const EntitySpec spec_;
  std::vector<EntityTag> tags_;  // by label; empty if tags do not mark entities
  std::vector<std::string> types_;
  const size_t label_numbers_;  // number of label counts
  size_t entity_numbers_ = 0;
};

class ClassMetrics : public LabelMetrics {
 public:
  explicit ClassMetrics(const Vocabulary& labels)
      : labels_(labels), numbers_(labels_.Score().Counts().size()) {
    for (const std::string& label : labels_.names()) ratings_.push_back(LabelNumber(label));
    ratings_.back() = std::nullopt;  // the last label has no name
  }

  int64_t width() const override { return kLengthWidth + numbers_; }

  void Count(const Batch& batch, std::span<const int32_t> predicted,
             std::span<int64_t> counts) const override {
    ClassificationScore score = labels_.Score();
    LengthCounts lengths;
    ForEachSequence(batch, predicted, [&](int length, const auto& mine, const auto& reference) {
      for (size_t i = 0; i < reference.size(); ++i) {
        const int label = labels_.Of(reference[i]);
        score.Add(mine[i], label);
        lengths.Add(length, 1, mine[i] == label);
      }
    });
    AddTo(ArrayOf<int64_t>(lengths), counts);
    AddTo(score.Counts(), counts.subspan(kLengthWidth));
  }

  void ComputeMetrics(std::span<const int64_t> counts, Evaluation* evaluation) const override {
    ClassificationScore score = labels_.Score();
    score.AddCounts(counts.subspan(kLengthWidth));
    std::vector<Metric>& metrics = evaluation->metrics;
    metrics.push_back({"accuracy", score.accuracy(), "of the examples", /*is_main=*/true});
    metrics.push_back({"macro_f1", score.macro_f1(), "the mean over labels", /*is_main=*/true});
    if (const auto error = score.mean_absolute_error(ratings_)) {
      // Two labels, such as 0 and 1, are hardly ratings.
      metrics.push_back({"mean_absolute_error", *error, "between predicted and gold rating",
                         /*is_main=*/labels_.Shown(score).size() > 2 || PredictsRatings()});
    } else if (PredictsRatings()) {
      evaluation->remarks.push_back(NoDistances(score));
    }
    metrics.push_back({"unseen_labels", elman::Count(score.unseen()),
                       "examples of labels that train does not have", false, /*count=*/true});
    evaluation->score = score.accuracy();
    evaluation->tables.push_back(TableByLabel(score, labels_));
    evaluation->tables.push_back(Confusion(score));
    evaluation->tables.push_back(TableByLength(counts));
    evaluation->confusion = ConfusionOf(score, labels_);
  }

 private:
  bool PredictsRatings() const {
    return std::ranges::all_of(std::span(ratings_).first(labels_.predictable()),
                               [](const auto& rating) { return rating.has_value(); });
  }

  // Explains why ratings have no mean absolute error.
  std::string NoDistances(const ClassificationScore& score) const {
    const int nameless = labels_.size() - 1;
    if (const int64_t examples = score.present(nameless); examples > 0) {
      return absl::StrCat("no mean absolute error: the data set does not have the names of the ",
                          "labels of ", examples,
                          " examples, which train does not have. Preprocess "
                          "the corpus again to keep them");
    }
    std::string label;
    for (int i = labels_.predictable(); i < nameless; ++i) {
      if (score.present(i) > 0 && !ratings_[i]) label = labels_.names()[i];
    }
    return absl::StrCat("no mean absolute error: the label '", label,
                        "' of the split is not a number");
  }

  // Rows are references, columns are predictions. Labels that are not in `train` are never
  // predicted.
  MetricTable Confusion(const ClassificationScore& score) const {
    MetricTable table{"confusion", {}, {}};
    const std::vector<int> shown = labels_.Shown(score);
    for (const int label : shown) {
      if (label < score.predictable())
        table.columns.push_back({labels_.names()[label], 0, "", false, /*count=*/true});
    }
    for (const int reference : shown) {
      MetricTable::Row row{labels_.names()[reference], {}};
      for (const int label : shown) {
        if (label < score.predictable())
          row.values.push_back(elman::Count(score.count(reference, label)));
      }
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  const ReferenceLabels labels_;
  std::vector<std::optional<double>> ratings_;  // by label
  const size_t numbers_;                        // size of the confusion matrix
};

}  // namespace

absl::StatusOr<TagScheme> TagSchemeOf(const Dataset& dataset, const EntitySpec& spec) {
  const Vocabulary& tags = dataset.vocabulary(1);
  const TagScheme recorded = dataset.manifest().fields(1).tag_scheme();
  if (spec.scheme != FieldEntry::UNRECORDED) {
    std::vector<Vocabulary::Entry> all = tags.entries();
    all.insert(all.end(), tags.unseen_labels().begin(), tags.unseen_labels().end());
    const TagSchemeResult result = CheckTagScheme(all, spec.scheme);
    if (result.stray.empty()) return spec.scheme;
    return absl::InvalidArgumentError(absl::StrCat(
        "--tag_scheme=", NameOf(spec.scheme), ": ", dataset.folder(), " has the tag '",
        EscapedPiece(result.stray), "', which that scheme does not have; leave the flag ",
        "out, or use --tag_scheme=none"));
  }
  if (recorded != FieldEntry::UNRECORDED) return recorded;
  const TagSchemeResult result = RecognizeTagScheme(tags.entries(), /*pairs=*/nullptr);
  if (!result.stray.empty()) return FieldEntry::NONE;
  const bool one_of_two = result.scheme == FieldEntry::IOB2 || result.scheme == FieldEntry::IOE2;
  if (spec.mode == EntityMode::kStrict && one_of_two) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--entity_mode=strict: ", dataset.folder(), " does not record whether its tags are in ",
        result.scheme == FieldEntry::IOB2 ? "iob1 or iob2" : "ioe1 or ioe2",
        ", which this mode requires; set --tag_scheme, or preprocess the corpus again"));
  }
  return result.scheme;
}

std::unique_ptr<LabelMetrics> CreateTagMetrics(const Vocabulary& tags, const EntitySpec& spec) {
  return std::make_unique<TagMetrics>(tags, spec);
}

std::unique_ptr<LabelMetrics> CreateClassMetrics(const Vocabulary& labels) {
  return std::make_unique<ClassMetrics>(labels);
}

}  // namespace elman
