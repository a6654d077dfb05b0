#include "trainer/eval/prediction/input_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

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

TEST_F(InputLinesTest, ReturnsAvailableLinesWithoutWaiting) {
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

TEST_F(InputLinesTest, LinesMayBeLongerThanTheBuffer) {
  const std::string line(1 << 20, 'x');
  std::thread writer([&] {
    Send(line + "\n");
    Close();
  });
  InputLines lines(ends_[0]);
  EXPECT_THAT(*lines.Next(1), ElementsAre(line));
  EXPECT_THAT(*lines.Next(1), IsEmpty());
  writer.join();
}

// A line that is not text must not fill the memory. The lines before it are answered.
TEST_F(InputLinesTest, RejectsALineThatIsTooLong) {
  for (const bool whole : {true, false}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::thread writer([&] {
      const std::string text = "a\nb\n" + std::string(10 << 20, 'x') + (whole ? "\nc\n" : "");
      // The reader does not read all of it.
      for (size_t at = 0; at < text.size();) {
        const ssize_t count =
            ::write(ends[1], text.data() + at, std::min<size_t>(text.size() - at, 4096));
        if (count <= 0) break;
        at += static_cast<size_t>(count);
      }
      ::close(ends[1]);
    });
    InputLines lines(ends[0]);
    std::vector<std::string> found;
    absl::Status status;
    while (status.ok()) {
      const auto more = lines.Next(10);
      status = more.status();
      if (more.ok()) found.insert(found.end(), more->begin(), more->end());
    }
    EXPECT_THAT(found, ElementsAre("a", "b"));
    EXPECT_EQ(status.message(),
              "the input: line 3: expected at most 1048576 bytes, found more; split the text into "
              "several lines");
    EXPECT_EQ(lines.Next(1).status(), status);
    std::string rest(1 << 20, '\0');
    while (::read(ends[0], rest.data(), rest.size()) > 0) continue;
    writer.join();
    ::close(ends[0]);
  }
}

TEST_F(InputLinesTest, ReadsCompressedInput) {
  std::string bytes(1000, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  char text[] =
      "\xef\xbb\xbf"
      "a\nb\n";
  stream.next_in = reinterpret_cast<Bytef*>(text);
  stream.avail_in = sizeof(text) - 1;
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  Send(bytes);
  Close();
  InputLines lines(ends_[0]);
  EXPECT_THAT(*lines.Next(10), ElementsAre("a", "b"));
  EXPECT_THAT(*lines.Next(10), IsEmpty());
}

TEST_F(InputLinesTest, DropsTheByteOrderMark) {
  InputLines lines(ends_[0]);
  Send("\xef\xbb\xbf\n\xef\xbb\xbf\n");
  EXPECT_THAT(*lines.Next(10), ElementsAre("", "\xef\xbb\xbf"));
}

// One line with a NUL byte does not end a service, but a file that is not text is rejected.
TEST_F(InputLinesTest, RejectsInputThatIsNotText) {
  {
    InputLines lines(ends_[0]);
    Send(std::string("a\0b\n", 4));
    EXPECT_THAT(*lines.Next(10), ElementsAre(std::string("a\0b", 3)));
  }
  InputLines lines(ends_[0]);
  Send("PK\3\4 zip\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(lines.Next(10).status().message(),
              "the input: offset 0: expected UTF-8 text, found a zip archive; unpack it: unzip -p "
              "FILE > TEXT");
  }
}

TEST_F(InputLinesTest, ReportsReadErrors) {
  InputLines lines(-1);
  EXPECT_EQ(lines.Next(1).status().message(), "the input: cannot read: Bad file descriptor");
}

}  // namespace
}  // namespace elman
