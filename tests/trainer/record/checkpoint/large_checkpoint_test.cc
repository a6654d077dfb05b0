// Arrays beyond 2 GiB, where offsets and sizes no longer fit 32 bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

// 2.25 GiB in the long test; otherwise enough for many chunks.
int64_t Elements() {
  return std::getenv("ELMAN_LONG_TESTS") != nullptr ? int64_t{9} << 26 : int64_t{9} << 20;
}

float ElementAt(int64_t i) { return static_cast<float>(i % 16777213); }

TEST(LargeCheckpoint, RoundTrips) {
  Scratch scratch;
  const std::string path = scratch.Path("large.ckpt");
  const int64_t elements = Elements();
  std::string hash;
  {
    Checkpoint checkpoint = MadeCheckpoint(1);
    std::vector<float>& values = checkpoint.arrays[0].elements;
    values.assign(elements, 0);
    for (int64_t i = 0; i < elements; i += 997) values[i] = ElementAt(i);
    values.back() = -1;
    ParameterTable table;
    table.Add("large", elements / 1024, 1024, {}, true);
    DescribeParameters(table, &checkpoint.header);
    const auto written = WriteCheckpoint(&checkpoint, path);
    ASSERT_THAT(written, IsOk());
    hash = *written;
  }
  EXPECT_GT(std::filesystem::file_size(path), elements * sizeof(float));
  const auto read = ReadCheckpoint(path);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(ContentHash(*read), hash);
  const std::vector<float>& values = *read->Find(kValuesArray);
  ASSERT_EQ(values.size(), elements);
  for (int64_t i = 0; i < elements - 1; ++i)
    ASSERT_EQ(values[i], i % 997 == 0 ? ElementAt(i) : 0) << i;
  EXPECT_EQ(values.back(), -1);
  EXPECT_EQ(*read->Find(kCarryArray), (std::vector<float>{1, 2, 3}));
}

}  // namespace
}  // namespace elman
