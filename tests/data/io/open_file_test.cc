#include "data/io/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

// Everything except regular files is refused at once, for any flags; the pipe here has no other
// end.
TEST(OpenRegularFile, RefusesEverythingElse) {
  Scratch scratch;
  const std::string pipe = scratch.Path("pipe"), link = scratch.Path("link");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::filesystem::create_symlink(scratch.Write("file", "text"), link);
  for (const int flags : {O_RDONLY, O_RDWR, O_WRONLY | O_APPEND, O_WRONLY | O_CREAT}) {
    const auto refuses = [&](const std::string& path, const std::string& what) {
      EXPECT_THAT(OpenRegularFile(path, flags | O_NOFOLLOW),
                  FailsWith(absl::StatusCode::kDataLoss, path + ": expected a file, found " + what))
          << flags;
    };
    refuses(scratch.path(), "a folder");
    refuses(pipe, "a device or a pipe");
    refuses("/dev/null", "a device or a pipe");
    refuses(link, "a symbolic link; replace the link by the file");
    const auto followed = OpenRegularFile(link, flags);
    ASSERT_THAT(followed, IsOk());
    ::close(*followed);
  }
  EXPECT_THAT(OpenRegularFile(scratch.Path("none"), O_RDONLY),
              FailsWith(absl::StatusCode::kNotFound, "cannot open"));
  EXPECT_EQ(scratch.Read("file"), "text");
}

}  // namespace
}  // namespace elman
