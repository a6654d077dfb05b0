#include "data/shards/example_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<ExampleReader>> ExampleReader::Open(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split, uint64_t cache_bytes) {
  const int fields = dataset->manifest().fields_size();
  ASSIGN_OR_RETURN(std::unique_ptr<SplitBlocks> blocks,
                   SplitBlocks::Open(*dataset, split, cache_bytes));
  return std::unique_ptr<ExampleReader>(new ExampleReader(std::move(blocks), fields));
}

void ExampleReader::LeaveOut(std::vector<uint64_t> numbers) {
  left_out_ = std::move(numbers);
  kept_before_.clear();
  for (const uint64_t number : left_out_) kept_before_.push_back(number - kept_before_.size());
}

std::vector<uint64_t> ExampleReader::BlockBegins() const {
  std::vector<uint64_t> begins;
  for (size_t block = 0; block <= blocks_->blocks(); ++block) {
    const uint64_t first = blocks_->first_example(block);
    begins.push_back(first - static_cast<uint64_t>(std::ranges::lower_bound(left_out_, first) -
                                                   left_out_.begin()));
  }
  return begins;
}

absl::StatusOr<ExampleView> ExampleReader::Read(uint64_t number) {
  if (number >= examples()) {
    return absl::OutOfRangeError(
        absl::StrCat("example ", number, " of a split that has ", examples()));
  }
  // Every example that is left out at or before the number increases the number by one.
  number +=
      static_cast<uint64_t>(std::ranges::upper_bound(kept_before_, number) - kept_before_.begin());
  const size_t at = blocks_->BlockOfExample(number);
  ASSIGN_OR_RETURN(const ExampleBlock* block, blocks_->Read(at));
  ExampleView view;
  for (int i = 0; i < fields_; ++i) {
    const PackedIds ids = block->example(i, number - blocks_->first_example(at));
    ids_[i].resize(ids.size());
    ids.CopyTo(std::span(ids_[i]));
    view.fields[i] = ids_[i];
  }
  view.first_token =
      blocks_->first_token(at) + block->begins(0)[number - blocks_->first_example(at)];
  return view;
}

}  // namespace elman
