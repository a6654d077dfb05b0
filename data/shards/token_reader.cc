#include "data/shards/token_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/split_blocks.h"

namespace elman {
namespace {

class BlockTokenReader : public TokenReader {
 public:
  explicit BlockTokenReader(std::unique_ptr<SplitBlocks> blocks) : blocks_(std::move(blocks)) {}

  uint64_t tokens() const override { return blocks_->tokens(); }
  void set_cache_bytes(uint64_t bytes) override { blocks_->set_cache_bytes(bytes); }
  void ShowReading(std::atomic<int32_t>* shard) override { blocks_->ShowReading(shard); }

  absl::Status Read(uint64_t position, std::span<int32_t> ids) override {
    if (position > tokens() || ids.size() > tokens() - position) {
      return absl::OutOfRangeError(absl::StrCat("tokens ", position, " to ", position + ids.size(),
                                                " of a split that has ", tokens()));
    }
    while (!ids.empty()) {
      const size_t number = blocks_->BlockOfToken(position);
      ASSIGN_OR_RETURN(const ExampleBlock* block, blocks_->Read(number));
      const uint64_t begin = position - blocks_->first_token(number);
      const size_t count = std::min<uint64_t>(ids.size(), block->tokens(0) - begin);
      block->ids(0).part(begin, count).CopyTo(ids.first(count));
      ids = ids.subspan(count);
      position += count;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Extent> ExampleAt(uint64_t position) override {
    if (position >= tokens()) {
      return absl::OutOfRangeError(
          absl::StrCat("token ", position, " of a split that has ", tokens()));
    }
    const size_t number = blocks_->BlockOfToken(position);
    ASSIGN_OR_RETURN(const ExampleBlock* block, blocks_->Read(number));
    const std::span<const uint32_t> begins = block->begins(0);
    const uint64_t first = blocks_->first_token(number);
    const auto after = std::ranges::upper_bound(begins, position - first);
    const size_t of_block = after - begins.begin() - 1;
    return Extent{.example = blocks_->first_example(number) + of_block,
                  .begin = first + *(after - 1),
                  .end = first + *after,
                  .line = block->line(of_block)};
  }

 private:
  const std::unique_ptr<SplitBlocks> blocks_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TokenReader>> TokenReader::Open(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split, uint64_t cache_bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<SplitBlocks> blocks,
                   SplitBlocks::Open(*dataset, split, cache_bytes));
  return std::unique_ptr<TokenReader>(new BlockTokenReader(std::move(blocks)));
}

}  // namespace elman
