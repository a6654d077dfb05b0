#include "trainer/eval/input_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <thread>

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InputLinesTest : public testing::Test {
 protected:
  InputLinesTest() { EXPECT_EQ(::pipe(ends_), 0); }
  ~InputLinesTest() override {
    Close();
    ::close(ends_[0]);
  }
  void Send(std::string_view text) {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), std::ssize(text));
  }
  void Close() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  int ends_[2];
};

TEST_F(InputLinesTest, TakesWhatIsThereAndWaitsForNoMore) {
  InputLines lines(ends_[0]);
  Send("a\r\nb\n\nun");
  EXPECT_THAT(*lines.Next(10), ElementsAre("a", "b", ""));
  Send("finished\nc\nd\n");
  EXPECT_THAT(*lines.Next(2), ElementsAre("unfinished", "c"));
  EXPECT_THAT(*lines.Next(2), ElementsAre("d"));
  Send("last");
  Close();
  EXPECT_THAT(*lines.Next(2), ElementsAre("last"));
  EXPECT_THAT(*lines.Next(2), IsEmpty());
  EXPECT_THAT(*lines.Next(2), IsEmpty());
}

TEST_F(InputLinesTest, ALineMayBeLongerThanAnyBuffer) {
  const std::string line(3 << 20, 'x');
  std::thread writer([&] {
    Send(line + "\n");
    Close();
  });
  InputLines lines(ends_[0]);
  EXPECT_THAT(*lines.Next(1), ElementsAre(line));
  EXPECT_THAT(*lines.Next(1), IsEmpty());
  writer.join();
}

TEST_F(InputLinesTest, SaysWhatCannotBeRead) {
  InputLines lines(-1);
  EXPECT_EQ(lines.Next(1).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace elman
