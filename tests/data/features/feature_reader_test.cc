#include "data/features/feature_reader.h"

#include <random>

#include "data/features/feature_file.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/shards/verify.h"
#include "tests/data/features/made_features.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/corruption.h"

namespace elman {
namespace {

using testing::HasSubstr;

// A block has sixteen vectors.
constexpr int kSize = 1024;

class FeatureReaderTest : public testing::Test {
 protected:
  void Make(Task task) {
    std::vector<FieldExamples> shards;
    for (const uint32_t seed : {1, 2, 3})
      shards.push_back(RandomTaskExamples(task, /*count=*/20, /*longest=*/9, 100, seed));
    WriteMadeDataset(plain_->path(), task, shards);
    made_ = scratch_->Path("made");
    numbers_ = WriteMadeFeatures(plain_->path(), made_, kSize);
  }

  absl::StatusOr<std::unique_ptr<FeatureReader>> Open(int size = kSize) {
    const auto dataset = Dataset::Open(made_);
    if (!dataset.ok()) return dataset.status();
    return FeatureReader::Open(**dataset, "train", size);
  }

  // Reads all vectors.
  absl::Status ReadAll() {
    const auto reader = Open();
    if (!reader.ok()) return reader.status();
    std::vector<float> all(numbers_.size() * kSize);
    return (*reader)->Read(0, all);
  }

  std::unique_ptr<Scratch> plain_ = std::make_unique<Scratch>();
  std::unique_ptr<Scratch> scratch_ = std::make_unique<Scratch>();
  std::string made_;
  std::vector<int64_t> numbers_;
};

TEST_F(FeatureReaderTest, GivesEveryTokenItsVector) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION, LANGUAGE_MODEL}) {
    plain_ = std::make_unique<Scratch>();
    scratch_ = std::make_unique<Scratch>();
    Make(task);
    const auto reader = *Open();
    std::mt19937 engine(1);
    for (int i = 0; i < 200; ++i) {
      reader->set_cache_blocks(engine() % 4);
      const size_t position = engine() % numbers_.size();
      const size_t count = engine() % std::min<size_t>(40, numbers_.size() - position + 1);
      std::vector<float> found(count * kSize), expected;
      ASSERT_THAT(reader->Read(position, found), IsOk());
      for (size_t t = position; t < position + count; ++t) {
        const std::vector<float> vector = MadeVector(numbers_[t], kSize);
        expected.insert(expected.end(), vector.begin(), vector.end());
      }
      ASSERT_EQ(found, expected) << Task_Name(task) << position;
    }
    std::vector<float> beyond(kSize);
    EXPECT_THAT(reader->Read(numbers_.size(), beyond),
                FailsWith(absl::StatusCode::kOutOfRange, "of a split that has"));
    EXPECT_TRUE(VerifyDataset(made_).ok());
    EXPECT_TRUE(VerifyDataset(plain_->path()).ok());
  }
}

TEST_F(FeatureReaderTest, RequiresVectorsOfTheRequestedSize) {
  Make(TAGGING);
  EXPECT_THAT(Open(kSize + 1),
              FailsWith(absl::StatusCode::kFailedPrecondition,
                        "the feature vectors have 1024 elements, but the model reads"));
  made_ = plain_->path();
  EXPECT_THAT(Open(), FailsWith(absl::StatusCode::kFailedPrecondition, "--features=SPLIT:FILE"));
}

TEST_F(FeatureReaderTest, EveryDamageIsFound) {
  Make(TAGGING);
  const std::string path = JoinPath(made_, "train-00001-of-00003.features");
  const std::string bytes = *ReadFile(path, 1 << 30);
  const std::string other = *ReadFile(JoinPath(made_, "train-00002-of-00003.features"), 1 << 30);
  const auto check = [&](const std::string& what) {
    EXPECT_THAT(ReadAll(), FailsWith(absl::StatusCode::kDataLoss, path)) << what;
  };
  EXPECT_GT(FlipBits(path, bytes, check, /*stride=*/20011), 100);
  EXPECT_GT(Truncate(path, bytes, check, /*stride=*/20011), 10);
  EXPECT_GT(Append(path, bytes, other, check), 10);
  Overwrite(path, other);
  check("another shard's");
  std::vector<std::string> records = {};
  Overwrite(path, bytes);
  records = FramedRecords(path);
  ASSERT_GT(records.size(), 4);
  std::swap(records[1], records[2]);
  Overwrite(path, Joined(records));
  check("two blocks exchanged");
  EXPECT_THAT(VerifyDataset(made_).problems, testing::ElementsAre(HasSubstr(path)));
  std::filesystem::remove(path);
  EXPECT_FALSE(ReadAll().ok());
}

// Checks what AddFeatures refuses.
class AddFeaturesTest : public testing::Test {
 protected:
  absl::Status Add(const std::map<std::string, std::vector<std::string>>& files) {
    return AddFeatures({.data = plain_.path(), .files = files, .output = scratch_.Path("made")},
                       nullptr)
        .status();
  }
  Scratch plain_, scratch_;
};

TEST_F(AddFeaturesTest, RefusesInvalidFeatures) {
  WriteMadeDataset(plain_.path(), TAGGING, {RandomTaskExamples(TAGGING, 20, 9)});
  const uint64_t tokens = (*Dataset::Open(plain_.path()))->manifest().splits(0).counts(0).tokens();
  const auto file = [&](const std::string& name, int64_t vectors) {
    return scratch_.Write(name, SafetensorsOf({MadeMatrix("x", vectors, 4)}));
  };
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Add({{"valid", {file("a", 1)}}}), FailsWith(kInvalid, "train:FILE"));
  const std::string right = file("right", static_cast<int64_t>(tokens));
  EXPECT_THAT(Add({{"train", {right}}, {"valid", {right}}}),
              FailsWith(absl::StatusCode::kNotFound, "no split 'valid'"));
  EXPECT_THAT(Add({{"train", {file("few", static_cast<int64_t>(tokens) - 1)}}}),
              FailsWith(kInvalid, "text 19"));
  EXPECT_THAT(Add({{"train", {file("many", static_cast<int64_t>(tokens) + 1)}}}),
              FailsWith(kInvalid, "more texts than the 20"));
  EXPECT_THAT(Add({{"train", {scratch_.Write("text", "It is not one.")}}}),
              FailsWith(absl::StatusCode::kDataLoss, "safetensors"));
  // Failed calls leave no files, so the output folder is free.
  EXPECT_THAT(Add({{"train", {right}}}), IsOk());
  EXPECT_THAT(Add({{"train", {right}}}), FailsWith(absl::StatusCode::kAlreadyExists, "made"));
  EXPECT_THAT(AddFeatures({.data = scratch_.Path("made"),
                           .files = {{"train", {right}}},
                           .output = scratch_.Path("again")},
                          nullptr),
              FailsWith(kInvalid, "already has feature vectors"));
}

TEST(ParseFeatureFilesTest, ParsesSplits) {
  const auto files = ParseFeatureFiles("train:a,train:b:c,valid:d");
  ASSERT_THAT(files, IsOk());
  EXPECT_EQ(files->at("train"), (std::vector<std::string>{"a", "b:c"}));
  EXPECT_EQ(files->at("valid"), (std::vector<std::string>{"d"}));
  for (const char* wrong : {"", "train", "train:", ":a", "train:a,,valid:b"})
    EXPECT_FALSE(ParseFeatureFiles(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace elman
