// Reads the files of TensorBoard.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "proto/event.pb.h"

namespace elman {

// Returns the events of the only event file in a folder, without the version event at its start.
inline std::vector<Event> EventsIn(const std::string& folder) {
  std::vector<Event> events;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(++files, 1);
    const auto file = *RandomAccessFile::Open(entry.path());
    const RecordReader reader(file.get());
    std::string payload;
    for (uint64_t at = 0; at < file->size();) {
      at = reader.Read(at, &payload).value();
      Event event;
      EXPECT_TRUE(event.ParseFromString(payload));
      if (event.has_summary()) {
        events.push_back(event);
      } else {
        EXPECT_EQ(event.file_version(), "brain.Event:2");
      }
    }
  }
  return events;
}

}  // namespace elman
