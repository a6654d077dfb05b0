#include "trainer/eval/evaluators/label_metrics.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "trainer/eval/evaluators/evaluation_sums.h"
#include "trainer/eval/metrics/classification_score.h"
#include "trainer/eval/metrics/entity_score.h"

namespace elman {
namespace {

// Stands for all labels that training has never seen.
constexpr std::string_view kUnseenTag = "B-<unseen>";
constexpr std::string_view kUnseenType = "<unseen>";

std::vector<std::string> PiecesOf(const Vocabulary& labels) {
  std::vector<std::string> pieces;
  for (uint32_t label = 0; label < labels.size(); ++label) pieces.push_back(labels.piece(label));
  return pieces;
}

// The types of the entities that tags can mark; none where they mark nothing.
std::vector<std::string> EntityTypes(const std::vector<std::string>& tags) {
  std::vector<std::string> types;
  for (const std::string& tag : tags) {
    const std::string_view piece = tag;
    for (const Entity& entity : FindEntities({&piece, 1})) types.emplace_back(entity.type);
  }
  if (!types.empty()) types.emplace_back(kUnseenType);
  return types;
}

double Count(int64_t number) { return static_cast<double>(number); }
double Ratio(int64_t part, int64_t whole) { return whole == 0 ? 0 : Count(part) / Count(whole); }

// How well sequences of some lengths fare.
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

  FigureTable Table() const {
    FigureTable table{"by_length", {{"accuracy"}, {"examples", 0, "", false, true}}, {}};
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

// All counts begin with those by length.
FigureTable TableByLength(std::span<const int64_t> counts) {
  return NamedOf<LengthCounts, int64_t>(counts.first(kLengthWidth)).Table();
}

void AddTo(const std::vector<int64_t>& more, std::span<int64_t> counts) {
  for (size_t i = 0; i < more.size(); ++i) counts[i] += more[i];
}

// Visits the sequences of a batch: their predicted and true labels.
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

// Figures of each label by itself.
FigureTable TableByLabel(const ClassificationScore& score, const std::vector<std::string>& labels) {
  FigureTable table{
      "by_label", {{"precision"}, {"recall"}, {"f1"}, {"present", 0, "", false, true}}, {}};
  for (int label = 0; label < score.labels(); ++label) {
    int64_t present = 0;
    for (int said = 0; said < score.labels(); ++said) present += score.count(label, said);
    table.rows.push_back(
        {labels[label],
         {score.precision(label), score.recall(label), score.f1(label), Count(present)}});
  }
  return table;
}

class TagFigures : public LabelFigures {
 public:
  explicit TagFigures(const Vocabulary& tags)
      : tags_(PiecesOf(tags)),
        types_(EntityTypes(tags_)),
        labels_(ClassificationScore(static_cast<int>(tags_.size())).Counts().size()),
        entities_(EntityScore(types_).Counts().size()) {}

  int64_t width() const override { return kLengthWidth + labels_ + entities_; }

  void Count(const Batch& batch, std::span<const int32_t> predicted,
             std::span<int64_t> counts) const override {
    ClassificationScore labels(static_cast<int>(tags_.size()));
    EntityScore entities(types_);
    LengthCounts lengths;
    std::vector<std::string_view> said, right;
    ForEachSequence(batch, predicted, [&](int length, const auto& mine, const auto& truth) {
      int64_t hits = 0;
      said.clear();
      right.clear();
      for (size_t i = 0; i < truth.size(); ++i) {
        hits += mine[i] == truth[i];
        labels.Add(mine[i], truth[i]);
        said.push_back(PieceOf(mine[i]));
        right.push_back(PieceOf(truth[i]));
      }
      lengths.Add(length, static_cast<int64_t>(truth.size()), hits);
      // Where tags mark nothing, an unseen one does not either.
      if (!types_.empty()) entities.Add(said, right);
    });
    AddTo(ArrayOf<int64_t>(lengths), counts);
    AddTo(labels.Counts(), OfLabels(counts));
    AddTo(entities.Counts(), OfEntities(counts));
  }

  void Conclude(std::span<const int64_t> counts, Evaluation* evaluation) const override {
    ClassificationScore labels(static_cast<int>(tags_.size()));
    labels.AddCounts(OfLabels(counts));
    EntityScore entities(types_);
    entities.AddCounts(OfEntities(counts));
    std::vector<Figure>& figures = evaluation->figures;
    figures.push_back({"accuracy", labels.accuracy(), "of the tags", /*headline=*/true});
    evaluation->score = labels.accuracy();
    if (types_.empty()) {
      evaluation->tables.push_back(TableByLabel(labels, tags_));
    } else {
      const EntityCounts total = entities.total();
      figures.push_back({"precision", total.precision(), "of the entities found"});
      figures.push_back({"recall", total.recall(), "of the entities present"});
      figures.push_back({"f1", total.f1(), "of entities, as conlleval counts", /*headline=*/true});
      evaluation->score = total.f1();
      evaluation->tables.push_back(TableByType(entities));
    }
    figures.push_back({"tokens", elman::Count(labels.examples()), "", false, /*count=*/true});
    figures.push_back({"unseen_tags", elman::Count(labels.unseen()),
                       "of tags that train does not have", false, /*count=*/true});
    evaluation->tables.push_back(TableByLength(counts));
  }

 private:
  template <typename T>
  std::span<T> OfLabels(std::span<T> counts) const {
    return counts.subspan(kLengthWidth, labels_);
  }
  template <typename T>
  std::span<T> OfEntities(std::span<T> counts) const {
    return counts.subspan(kLengthWidth + labels_, entities_);
  }

  std::string_view PieceOf(int32_t tag) const {
    return static_cast<size_t>(tag) < tags_.size() ? std::string_view(tags_[tag]) : kUnseenTag;
  }

  static FigureTable TableByType(const EntityScore& entities) {
    FigureTable table{
        "by_type", {{"precision"}, {"recall"}, {"f1"}, {"present", 0, "", false, true}}, {}};
    for (const auto& [type, counts] : entities.by_type()) {
      if (counts.present + counts.found == 0) continue;
      table.rows.push_back(
          {type, {counts.precision(), counts.recall(), counts.f1(), elman::Count(counts.present)}});
    }
    return table;
  }

  const std::vector<std::string> tags_;
  const std::vector<std::string> types_;
  const size_t labels_;  // numbers that count these
  const size_t entities_;
};

class ClassFigures : public LabelFigures {
 public:
  explicit ClassFigures(const Vocabulary& labels)
      : labels_(PiecesOf(labels)),
        confusion_(ClassificationScore(static_cast<int>(labels_.size())).Counts().size()) {
    for (const std::string& label : labels_) {
      double rating = 0;
      if (!absl::SimpleAtod(label, &rating) || !std::isfinite(rating)) {
        ratings_.clear();
        return;
      }
      ratings_.push_back(rating);
    }
  }

  int64_t width() const override { return kLengthWidth + confusion_; }

  void Count(const Batch& batch, std::span<const int32_t> predicted,
             std::span<int64_t> counts) const override {
    ClassificationScore score(static_cast<int>(labels_.size()));
    LengthCounts lengths;
    ForEachSequence(batch, predicted, [&](int length, const auto& mine, const auto& truth) {
      for (size_t i = 0; i < truth.size(); ++i) {
        score.Add(mine[i], truth[i]);
        lengths.Add(length, 1, mine[i] == truth[i]);
      }
    });
    AddTo(ArrayOf<int64_t>(lengths), counts);
    AddTo(score.Counts(), counts.subspan(kLengthWidth));
  }

  void Conclude(std::span<const int64_t> counts, Evaluation* evaluation) const override {
    ClassificationScore score(static_cast<int>(labels_.size()));
    score.AddCounts(counts.subspan(kLengthWidth));
    std::vector<Figure>& figures = evaluation->figures;
    figures.push_back({"accuracy", score.accuracy(), "of the examples", /*headline=*/true});
    figures.push_back({"macro_f1", score.macro_f1(), "the mean over labels", /*headline=*/true});
    if (!ratings_.empty()) {
      figures.push_back({"mean_absolute_error", score.mean_absolute_error(ratings_),
                         "between rating and truth", /*headline=*/true});
    }
    figures.push_back({"unseen_labels", elman::Count(score.unseen()),
                       "examples of labels that train does not have", false, /*count=*/true});
    evaluation->score = score.accuracy();
    evaluation->tables.push_back(TableByLabel(score, labels_));
    evaluation->tables.push_back(Confusion(score));
    evaluation->tables.push_back(TableByLength(counts));
  }

 private:
  // Rows are the truth, columns what was said.
  FigureTable Confusion(const ClassificationScore& score) const {
    FigureTable table{"confusion", {}, {}};
    for (const std::string& label : labels_)
      table.columns.push_back({label, 0, "", false, /*count=*/true});
    for (int truth = 0; truth < score.labels(); ++truth) {
      FigureTable::Row row{labels_[truth], {}};
      for (int said = 0; said < score.labels(); ++said)
        row.values.push_back(elman::Count(score.count(truth, said)));
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  const std::vector<std::string> labels_;
  std::vector<double> ratings_;  // of the labels; empty where these are no numbers
  const size_t confusion_;       // numbers that count it
};

}  // namespace

std::unique_ptr<LabelFigures> CreateTagFigures(const Vocabulary& tags) {
  return std::make_unique<TagFigures>(tags);
}

std::unique_ptr<LabelFigures> CreateClassFigures(const Vocabulary& labels) {
  return std::make_unique<ClassFigures>(labels);
}

}  // namespace elman
