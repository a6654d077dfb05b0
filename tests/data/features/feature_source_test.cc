#include "data/features/feature_source.h"

#include <limits>

#include "tests/data/vectors/made_safetensors.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

class FeatureSourceTest : public testing::Test {
 protected:
  std::string Write(const std::vector<MadeTensor>& tensors) {
    return scratch_.Write(absl::StrCat("file", ++files_), SafetensorsOf(tensors));
  }

  // The first number of each vector of texts of these lengths. Fails unless these are all texts.
  static absl::StatusOr<std::vector<float>> Firsts(const std::vector<std::string>& paths,
                                                   const std::vector<uint64_t>& lengths) {
    const auto source = FeatureSource::Open(paths);
    if (!source.ok()) return source.status();
    std::vector<float> vectors, firsts;
    for (const uint64_t length : lengths) {
      if (absl::Status status = (*source)->ReadText(length, &vectors); !status.ok()) return status;
    }
    if (absl::Status status = (*source)->ExpectEnd(); !status.ok()) return status;
    for (size_t i = 0; i < vectors.size(); i += (*source)->size()) firsts.push_back(vectors[i]);
    return firsts;
  }

  absl::Status Refusal(const std::vector<MadeTensor>& tensors,
                       const std::vector<uint64_t>& lengths = {}) {
    return Firsts({Write(tensors)}, lengths).status();
  }

  Scratch scratch_;
  int files_ = 0;
};

TEST_F(FeatureSourceTest, ReadsAMatrixOfAllTexts) {
  const std::string path = Write({MadeMatrix("hidden", 5, 3)});
  const auto source = *FeatureSource::Open({path});
  EXPECT_EQ(source->size(), 3);
  EXPECT_EQ(source->vectors(), 5);
  std::vector<float> vectors;
  ASSERT_THAT(source->ReadText(2, &vectors), IsOk());
  EXPECT_EQ(vectors,
            (std::vector<float>{0, 1 / 1024.f, 2 / 1024.f, 1, 1 + 1 / 1024.f, 1 + 2 / 1024.f}));
  EXPECT_THAT(Firsts({path}, {2, 0, 3, 0}), IsOk());
  EXPECT_THAT(Firsts({path}, {2, 4}), FailsWith(absl::StatusCode::kInvalidArgument, "text 1"));
  EXPECT_THAT(Firsts({path}, {5, 1}), FailsWith(absl::StatusCode::kInvalidArgument,
                                                "has 1 token, but the files have no more vectors"));
  EXPECT_THAT(Firsts({path}, {2, 2}),
              FailsWith(absl::StatusCode::kInvalidArgument,
                        "has vectors for more texts than the 2 of the data set; expected"));
}

TEST_F(FeatureSourceTest, ReadsAMatrixForEachText) {
  // Sorted as text, 10 precedes 2.
  std::vector<MadeTensor> tensors;
  std::vector<uint64_t> lengths;
  std::vector<float> expected;
  for (const int number : {0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9})
    tensors.push_back(MadeMatrix(absl::StrCat(number), number % 3, 2, 100 * number));
  for (int number = 0; number < 12; ++number) {
    lengths.push_back(number % 3);
    for (int i = 0; i < number % 3; ++i) expected.push_back(static_cast<float>(100 * number + i));
  }
  const std::string path = Write(tensors);
  EXPECT_EQ(*Firsts({path}, lengths), expected);
  ++lengths[7];
  EXPECT_THAT(Firsts({path}, lengths),
              FailsWith(absl::StatusCode::kInvalidArgument,
                        "text 7 (counted from 0): has 2 tokens, but found 1 vector for it"));
}

TEST_F(FeatureSourceTest, LengthsAreChecked) {
  const MadeTensor matrix = MadeMatrix("x", 5, 2);
  const MadeTensor wide{"lengths", "I64", {2}, BytesOfAll(std::vector<int64_t>{3, 2})};
  const MadeTensor narrow{"lengths", "I32", {2}, BytesOfAll(std::vector<int32_t>{3, 2})};
  for (const MadeTensor& lengths : {wide, narrow}) {
    EXPECT_THAT(Firsts({Write({matrix, lengths})}, {3, 2}), IsOk());
    EXPECT_THAT(Refusal({matrix, lengths}, {2, 3}),
                FailsWith(absl::StatusCode::kInvalidArgument, "text 0"));
  }
  for (const std::vector<int64_t>& wrong :
       {std::vector<int64_t>{3, 3}, {-1, 6}, {int64_t{1} << 62, 5}}) {
    EXPECT_THAT(Refusal({matrix, {"lengths", "I64", {2}, BytesOfAll(wrong)}}),
                FailsWith(absl::StatusCode::kInvalidArgument, "lengths"));
  }
  EXPECT_THAT(Refusal({matrix, MadeMatrix("lengths", 2, 2)}),
              FailsWith(absl::StatusCode::kInvalidArgument, "lengths"));
}

TEST_F(FeatureSourceTest, SeveralFilesAreReadOneAfterAnother) {
  const std::string all = Write({MadeMatrix("x", 3, 2)});
  const std::string texts = Write({MadeMatrix("0", 1, 2, 10), MadeMatrix("1", 2, 2, 20)});
  EXPECT_EQ(*Firsts({all, texts, all}, {3, 1, 2, 2, 1}),
            (std::vector<float>{0, 1, 2, 10, 20, 21, 0, 1, 2}));
  EXPECT_THAT(Firsts({all, texts}, {2, 2}),
              FailsWith(absl::StatusCode::kInvalidArgument, "found 1 vector for it"));
  EXPECT_THAT(Firsts({all, Write({MadeMatrix("x", 3, 4)})}, {}),
              FailsWith(absl::StatusCode::kInvalidArgument, "another type or size"));
}

TEST_F(FeatureSourceTest, RefusesInvalidFiles) {
  const std::string data(16, '\0');
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Refusal({{"x", "I32", {2, 2}, data}}), FailsWith(kInvalid, "F32, F16 or BF16"));
  EXPECT_THAT(Refusal({{"x", "F64", {2, 1}, data}}), FailsWith(kInvalid, "F32, F16 or BF16"));
  EXPECT_THAT(Refusal({{"x", "F32", {4}, data}}), FailsWith(kInvalid, "[tokens, size]"));
  EXPECT_THAT(Refusal({{"x", "F32", {0, 0}, ""}}), FailsWith(kInvalid, "[tokens, size]"));
  EXPECT_THAT(Refusal({MadeMatrix("x", 1, 70000)}), FailsWith(kInvalid, "[tokens, size]"));
  EXPECT_THAT(Refusal({}), FailsWith(kInvalid, "0 tensors"));
  EXPECT_THAT(Refusal({MadeMatrix("0", 1, 2), MadeMatrix("2", 1, 2)}),
              FailsWith(kInvalid, "2 tensors"));
  EXPECT_THAT(Refusal({MadeMatrix("0", 1, 2), MadeMatrix("01", 1, 2)}),
              FailsWith(kInvalid, "2 tensors"));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Refusal({{"x", "F32", {2, 1}, BytesOfAll(std::vector<float>{1, infinity})}}, {2}),
              FailsWith(kInvalid, "finite"));
  for (const char* type : {"F16", "BF16"}) {
    EXPECT_THAT(Refusal({{"x", type, {2, 1}, BytesOfAll(std::vector<uint16_t>{1, 0xffff})}}, {2}),
                FailsWith(kInvalid, "finite"));
  }
}

// Tensors that overlap or are beyond the end of the file.
TEST_F(FeatureSourceTest, ValidatesHeaders) {
  const std::string data(32, '\0');
  for (const char* header :
       {R"({"0":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
        R"("1":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]}})",
        R"({"0":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
        R"("1":{"dtype":"F32","shape":[2,2],"data_offsets":[24,40]}})",
        R"({"0":{"dtype":"F32","shape":[2,4],"data_offsets":[0,16]}})",
        R"({"0":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,32]}})",
        R"({"0":{"dtype":"F32","shape":[2,2],"data_offsets":[16,0]}})", R"({"0":3})", "{"}) {
    const std::string path = scratch_.Write("wrong", SafetensorsOf(header, data));
    EXPECT_THAT(Firsts({path}, {2}), FailsWith(absl::StatusCode::kDataLoss, path)) << header;
  }
}

}  // namespace
}  // namespace elman
