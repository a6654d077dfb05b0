#include "data/shards/example_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<ExampleReader>> ExampleReader::Open(
    std::shared_ptr<const Dataset> dataset, std::string_view split, uint64_t cache_bytes) {
  const int fields = dataset->manifest().fields_size();
  ASSIGN_OR_RETURN(std::unique_ptr<SplitBlocks> blocks,
                   SplitBlocks::Open(*dataset, split, cache_bytes));
  return std::unique_ptr<ExampleReader>(new ExampleReader(std::move(blocks), fields));
}

absl::StatusOr<ExampleView> ExampleReader::Read(uint64_t number) {
  if (number >= examples()) {
    return absl::OutOfRangeError(
        absl::StrCat("example ", number, " of a split that has ", examples()));
  }
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
