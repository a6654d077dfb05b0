#include "data/io/temporary_name.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(TemporaryName, ContainsTheFinalName) {
  const std::string name = TemporaryName("step-1.ckpt");
  EXPECT_NE(name, TemporaryName("step-1.ckpt"));
  EXPECT_EQ(NameBehindTemporary(name), "step-1.ckpt");
  EXPECT_EQ(NameBehindTemporary("a.tmp-b.tmp-12-3"), "a.tmp-b");
  for (const char* other : {"", "a", "a.tmp-", "a.tmp-1", "a.tmp-1-", "a.tmp--1", "a.tmp-1-2-3",
                            "a.tmp-1-2x", "a.tmp-mine", "a.tmp-+1-2"})
    EXPECT_EQ(NameBehindTemporary(other), "") << other;
}

}  // namespace
}  // namespace elman
