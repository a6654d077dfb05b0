#include "data/batches/sequence_batcher.h"

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/batches/epoch_order.h"
#include "data/batches/permutation.h"
#include "data/features/feature_reader.h"
#include "data/io/status_macros.h"
#include "data/shards/example_reader.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// A decoded block and its lengths use at most 3 MiB. A window may extend over the end of a group.
constexpr uint64_t kShuffledCacheBytes = 2 * kBlocksPerGroup * (uint64_t{3} << 20);
constexpr uint64_t kSequentialCacheBytes = uint64_t{6} << 20;

// An order of the rows (bit-reversed numbers) whose every part is spread evenly over all rows.
// Examples that are sorted by length are assigned in this order, so every lane gets similar
// lengths, for any number of lanes.
std::vector<int> SpreadRows(int batch_size) {
  const int bits = std::bit_width(static_cast<unsigned>(batch_size - 1));
  std::vector<int> rows;
  for (unsigned i = 0; i < 1u << bits; ++i) {
    unsigned row = 0;
    for (int bit = 0; bit < bits; ++bit) row |= (i >> bit & 1) << (bits - 1 - bit);
    if (row < static_cast<unsigned>(batch_size)) rows.push_back(static_cast<int>(row));
  }
  return rows;
}

// The examples of each batch of an epoch.
class BatchPlan {
 public:
  BatchPlan(ExampleReader* reader, int batch_size, const ExampleOrder& order)
      : reader_(reader),
        batch_size_(batch_size),
        order_(order),
        rows_(order.shuffled && order.by_tokens ? kMaxRows * batch_size : batch_size),
        window_batches_(std::max(1, order.window_examples / batch_size)),
        epoch_order_(reader->BlockBegins(), order.seed),
        rank_of_row_(rows_) {
    const std::vector<int> rows = SpreadRows(rows_);
    for (int i = 0; i < rows_; ++i) rank_of_row_[order.shuffled ? rows[i] : i] = i;
  }

  int rows() const { return rows_; }  // maximum number of rows of a batch

  int64_t batches() const {
    return static_cast<int64_t>((reader_->examples() + batch_size_ - 1) / batch_size_);
  }

  // Selects a batch.
  absl::Status Begin(int64_t epoch, int64_t number) {
    const uint64_t first = static_cast<uint64_t>(number) * batch_size_;
    first_ = first;
    size_ = std::min<uint64_t>(batch_size_, reader_->examples() - first);
    if (!order_.shuffled) return absl::OkStatus();
    RETURN_IF_ERROR(SortWindow(epoch, number / window_batches_));
    if (order_.by_tokens) {
      const uint64_t batches = bounds_.size() - 1;
      const uint64_t chosen =
          Permutation(batches, Key(epoch, RandomOrder::kBatches))(number % window_batches_);
      first_ = bounds_[chosen];
      size_ = static_cast<int>(bounds_[chosen + 1] - first_);
    } else {
      first_ = FirstOf(epoch, number);
    }
    return absl::OkStatus();
  }

  // Whether a row of the batch has an example, and the number of that example.
  bool Has(int row) const { return rank_of_row_[row] < size_; }
  uint64_t ExampleOf(int row) const {
    const uint64_t at = first_ + rank_of_row_[row];
    return order_.shuffled ? window_[at].example : at;
  }

 private:
  struct Entry {
    uint32_t length = 0;
    uint32_t target_length = 0;
    uint32_t place = 0;  // in the window before sorting
    uint64_t example = 0;

    uint64_t tokens() const { return uint64_t{length} + target_length; }
  };

  // Sorts the examples of a window by length. Examples of equal length are sorted by target length,
  // in ascending and descending order alternately, so that a batch with two lengths does not have
  // both the longest and the shortest targets. Equal examples keep their random order.
  absl::Status SortWindow(int64_t epoch, int64_t window) {
    if (epoch == epoch_ && window == number_of_window_) return absl::OkStatus();
    if (epoch != epoch_) epoch_order_.Begin(static_cast<uint64_t>(epoch));
    epoch_ = epoch;
    number_of_window_ = -1;  // invalid until the window is complete
    const uint64_t examples = static_cast<uint64_t>(window_batches_) * batch_size_;
    const uint64_t begin = static_cast<uint64_t>(window) * examples;
    window_.resize(std::min(examples, reader_->examples() - begin));
    for (uint32_t place = 0; place < window_.size(); ++place) {
      Entry& entry = window_[place];
      entry.place = place;
      entry.example = epoch_order_.ExampleAt(begin + place);
      ASSIGN_OR_RETURN(const ExampleView view, reader_->Read(entry.example));
      entry.length = static_cast<uint32_t>(view.fields[0].size());
      entry.target_length = static_cast<uint32_t>(view.fields[1].size());
    }
    std::ranges::sort(window_, [](const Entry& a, const Entry& b) {
      if (a.length != b.length) return a.length < b.length;
      if (a.target_length != b.target_length)
        return (a.target_length < b.target_length) == (a.length % 2 == 0);
      return a.place < b.place;
    });
    if (order_.by_tokens) CutByTokens();
    number_of_window_ = window;
    return absl::OkStatus();
  }

  // Cuts the sorted window into as many batches as without `by_tokens`. Each has about the same
  // number of tokens, at least one example and at most rows_ examples.
  void CutByTokens() {
    const uint64_t batches = (window_.size() + batch_size_ - 1) / batch_size_;
    uint64_t all = 0;
    for (const Entry& entry : window_) all += entry.tokens();
    bounds_.assign(1, 0);
    uint64_t at = 0, tokens = 0;
    for (uint64_t batch = 1; batch <= batches; ++batch) {
      const uint64_t left = batches - batch, most = static_cast<uint64_t>(rows_);
      const uint64_t examples = window_.size();
      const uint64_t least_end = std::max(at + 1, examples - std::min(examples, left * most));
      const uint64_t most_end = std::min(at + most, examples - left);
      while (at < least_end || (at < most_end && (left == 0 || tokens * batches < all * batch))) {
        tokens += window_[at++].tokens();
      }
      bounds_.push_back(at);
    }
  }

  uint64_t Key(int64_t epoch, RandomOrder order) const {
    return RandomKeyOf(order_.seed, static_cast<uint64_t>(epoch), order,
                       static_cast<uint64_t>(number_of_window_));
  }

  // Index in the sorted window where a batch begins. Full batches are in random order. A batch that
  // is not full is the last one, but its examples are from a random place of the window, so that
  // they are not always the longest.
  size_t FirstOf(int64_t epoch, int64_t number) const {
    const uint64_t full = window_.size() / batch_size_, rest = window_.size() % batch_size_;
    const uint64_t small_at = Key(epoch, RandomOrder::kSmallBatch) % (full + 1);
    const auto in_window = static_cast<uint64_t>(number % window_batches_);
    if (in_window == full) return small_at * batch_size_;
    const uint64_t chosen = Permutation(full, Key(epoch, RandomOrder::kBatches))(in_window);
    return chosen * batch_size_ + (chosen >= small_at ? rest : 0);
  }

  ExampleReader* const reader_;
  const int batch_size_;
  const ExampleOrder order_;
  const int rows_;
  const int64_t window_batches_;
  EpochOrder epoch_order_;
  std::vector<int> rank_of_row_;  // rank of each row's example in the batch by length

  // The current window and batch.
  int64_t epoch_ = -1;
  int64_t number_of_window_ = -1;
  std::vector<Entry> window_;
  // By tokens: index in the window where each batch begins, then the end.
  std::vector<uint64_t> bounds_;
  uint64_t first_ = 0;
  int size_ = 0;
};

class SequenceBatcher : public BatchSource {
 public:
  // `features` is null if batches have no feature vectors.
  SequenceBatcher(std::shared_ptr<const Dataset> dataset, std::unique_ptr<ExampleReader> reader,
                  std::unique_ptr<FeatureReader> features, int batch_size, int lanes,
                  const ExampleOrder& order)
      : dataset_(std::move(dataset)),
        fields_(FieldsOf(dataset_->manifest().task())),
        reader_(std::move(reader)),
        features_(std::move(features)),
        plan_(reader_.get(), batch_size, order),
        lanes_(lanes) {}

  int lanes() const override { return lanes_; }
  int64_t batches_per_epoch() const override { return plan_.batches(); }
  int first_row(int lane) const override { return FirstRow(plan_.rows(), lanes_, lane); }
  int end_row(int lane) const override { return FirstRow(plan_.rows(), lanes_, lane + 1); }
  void ShowReading(std::atomic<int32_t>* shard) override {
    reader_->ShowReading(shard);
    if (features_) features_->ShowReading(shard);
  }
  uint64_t examples() const override { return reader_->examples(); }

  absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) override {
    if (epoch < 0 || number < 0 || number >= plan_.batches() || lane < 0 || lane >= lanes_) {
      return absl::OutOfRangeError(absl::StrCat("batch ", number, " of lane ", lane,
                                                "; expected a batch below ", plan_.batches(),
                                                " and a lane below ", lanes_));
    }
    RETURN_IF_ERROR(plan_.Begin(epoch, number));
    batch->examples.clear();
    for (int row = first_row(lane); row < end_row(lane); ++row) {
      if (plan_.Has(row)) batch->examples.push_back(plan_.ExampleOf(row));
    }
    RETURN_IF_ERROR(ReadExamples(batch->examples));
    Fill(batch);
    return features_ ? ReadFeatures(batch) : absl::OkStatus();
  }

 private:
  // One field of the examples of a batch.
  struct Column {
    std::vector<int32_t> ids;  // ids of all examples, concatenated
    std::vector<int32_t> lengths;
  };

  absl::Status ReadExamples(const std::vector<uint64_t>& examples) {
    for (Column& column : columns_) {
      column.ids.clear();
      column.lengths.clear();
    }
    first_tokens_.clear();
    for (const uint64_t example : examples) {
      ASSIGN_OR_RETURN(const ExampleView view, reader_->Read(example));
      first_tokens_.push_back(view.first_token);
      for (int f = 0; f < reader_->fields(); ++f) {
        columns_[f].ids.insert(columns_[f].ids.end(), view.fields[f].begin(), view.fields[f].end());
        columns_[f].lengths.push_back(static_cast<int32_t>(view.fields[f].size()));
      }
    }
    return absl::OkStatus();
  }

  // Copies the sequences of a column to a [steps, rows] matrix. Returns the steps.
  static int LayOut(const Column& column, int32_t padding, std::vector<int32_t>* matrix) {
    const size_t rows = column.lengths.size();
    const int steps = rows == 0 ? 0 : *std::ranges::max_element(column.lengths);
    matrix->assign(static_cast<size_t>(steps) * rows, padding);
    const int32_t* id = column.ids.data();
    for (size_t row = 0; row < rows; ++row) {
      for (int32_t t = 0; t < column.lengths[row]; ++t) (*matrix)[t * rows + row] = *id++;
    }
    return steps;
  }

  void Fill(Batch* batch) {
    const Column& text = columns_[0];
    batch->rows = static_cast<int>(text.lengths.size());
    batch->lengths = text.lengths;
    batch->steps = LayOut(text, Id(dataset_->vocabulary(0).pad_id()), &batch->inputs);
    batch->starts_epoch = true;
    if (fields_[1].length != FieldLength::kAny) batch->decoder = {};
    switch (fields_[1].length) {
      case FieldLength::kOne:
        batch->targets = columns_[1].ids;
        break;
      case FieldLength::kOfFirstField:
        LayOut(columns_[1], kNoTarget, &batch->targets);
        if (fields_[1].labels)
          std::ranges::replace(batch->targets, Id(dataset_->vocabulary(1).no_label_id()),
                               kNoTarget);
        break;
      case FieldLength::kAny:
        FillTarget(columns_[1], batch);
        break;
    }
    if (fields_.back().numbers) {
      LayOut(columns_[fields_.size() - 1], 0, &weights_);
      batch->weights.resize(weights_.size());
      std::ranges::transform(weights_, batch->weights.begin(),
                             [](int32_t bits) { return std::bit_cast<float>(bits); });
    }
    batch->target_count =
        std::ssize(batch->targets) - std::ranges::count(batch->targets, kNoTarget);
  }

  void FillTarget(const Column& target, Batch* batch) {
    const Vocabulary& vocabulary = dataset_->vocabulary(1);
    batch->decoder.lengths = target.lengths;
    batch->decoder.steps = LayOut(target, kNoTarget, &batch->targets);
    batch->decoder.ids.assign(batch->targets.size(), Id(vocabulary.pad_id()));
    // The target of a step is the input of the next step.
    for (int row = 0; row < batch->rows; ++row) {
      batch->decoder.ids[row] = Id(vocabulary.start_id());
      for (int32_t t = 1; t < target.lengths[row]; ++t) {
        batch->decoder.ids[t * batch->rows + row] = batch->targets[(t - 1) * batch->rows + row];
      }
    }
  }

  absl::Status ReadFeatures(Batch* batch) {
    batch->ClearFeatures(features_->size());
    for (int row = 0; row < batch->rows; ++row) {
      for (int32_t t = 0; t < batch->lengths[row]; ++t) {
        RETURN_IF_ERROR(
            features_->Read(first_tokens_[row] + t, batch->features.of(t * batch->rows + row)));
      }
    }
    return absl::OkStatus();
  }

  static int32_t Id(uint32_t id) { return static_cast<int32_t>(id); }

  const std::shared_ptr<const Dataset> dataset_;
  const std::span<const TaskField> fields_;
  const std::unique_ptr<ExampleReader> reader_;
  const std::unique_ptr<FeatureReader> features_;
  BatchPlan plan_;
  const int lanes_;
  // The fields of the current batch.
  Column columns_[kMaxFields];
  std::vector<int32_t> weights_;  // bits of floats
  std::vector<uint64_t> first_tokens_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BatchSource>> CreateSequenceBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size, int lanes,
    ExampleOrder order) {
  RETURN_IF_ERROR(CheckLanes(batch_size, lanes));
  // These examples are all of equal length and large. A small window avoids reading blocks again
  // that no longer fit into the cache.
  if (TraitsOf(dataset->manifest().task()).word_pairs) order.window_examples = batch_size;
  if (IsRunningText(dataset->manifest().task())) {
    return absl::InvalidArgumentError(
        absl::StrCat(dataset->folder(),
                     ": expected a data set of separate examples, found running text (for a "
                     "language model or word vectors)"));
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<ExampleReader> reader,
      ExampleReader::Open(dataset, split,
                          order.shuffled ? kShuffledCacheBytes : kSequentialCacheBytes));
  if (reader->examples() > 0 && order.left_out.size() == reader->examples()) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset->folder(), ": all ", reader->examples(), " examples of split ",
                     std::string(split), " have more tokens than max_length; increase max_length"));
  }
  reader->LeaveOut(std::move(order.left_out));
  if (reader->examples() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset->folder(), ": split ", std::string(split), " is empty"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<FeatureReader> features,
                   FeatureReader::Open(*dataset, split, order.feature_size));
  return std::unique_ptr<BatchSource>(new SequenceBatcher(
      std::move(dataset), std::move(reader), std::move(features), batch_size, lanes, order));
}

}  // namespace elman
