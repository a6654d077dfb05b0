#include "data/preprocess/preprocess_plan.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scratch.h"

namespace elman {
namespace {

// Everything that changes the bytes of a data set must change its plan. Otherwise files of another
// run would be reused.
TEST(PreprocessPlanTest, ChangesWithEverythingThatChangesTheBytes) {
  Scratch scratch;
  scratch.Write("file", "text");
  std::filesystem::create_directory(scratch.Path("other"));
  scratch.Write("other/dataset.textproto", "format_version: 3");
  PreprocessOptions options;
  options.splits = {{"train", {scratch.Path("file")}}};
  const auto plan = [&] { return *PlanText(options, options.splits); };
  const std::vector<std::function<void()>> changes = {
      [&] { options.task = TAGGING; },
      [&] { options.tokenizer.set_min_count(2); },
      [&] { options.target_tokenizer.set_kind(TokenizerSpec::BYTE); },
      [&] { options.shared_vocabulary = true; },
      [&] { options.tokenizer_file = scratch.Path("file"); },
      [&] { options.target_tokenizer_file = scratch.Path("file"); },
      [&] { options.vocabulary_of = scratch.Path("other"); },
      [&] { scratch.Write("other/dataset.textproto", "format_version: 4"); },
      [&] { options.tokenizer_sample_bytes = 1; },
      [&] {
        options.split_weights = {9, 1};
      },
      [&] {
        options.split_weights = {9, 0, 1};
      },
      [&] { options.on_invalid = PreprocessSpec::SKIP; },
      [&] { options.label_order.kind = LabelOrderSpec::Kind::kGiven; },
      [&] {
        options.label_order.given = {"a", "b"};
      },
      [&] { options.tag_scheme = FieldEntry::BILOU; },
      [&] { options.columns.word = 2; },
      [&] { options.columns.tag = 2; },
      [&] { options.shard_tokens = 7; },
      [&] {
        options.splits.push_back({"valid", {scratch.Path("file")}});
      },
      [&] { scratch.Write("file", "Text"); }};
  std::string before = plan();
  EXPECT_EQ(plan(), before);
  for (size_t i = 0; i < changes.size(); ++i) {
    changes[i]();
    std::string after = plan();
    EXPECT_NE(after, before) << "change " << i;
    before = std::move(after);
  }
}

TEST(PreprocessPlanTest, DoesNotDependOnThreadsAndMemory) {
  Scratch scratch;
  PreprocessOptions options;
  options.splits = {{"train", {scratch.Write("file", "text")}}};
  const auto plan = PlanText(options, options.splits);
  ASSERT_THAT(plan, IsOk());
  options.threads = 7;
  options.memory_mb = 100;
  options.output = "elsewhere";
  EXPECT_EQ(*PlanText(options, options.splits), *plan);
}

}  // namespace
}  // namespace elman
