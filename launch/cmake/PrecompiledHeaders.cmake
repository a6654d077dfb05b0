# Precompiled headers: one for libraries and programs, and one with GoogleTest for the tests. Reading the headers of Abseil,
# Protocol Buffers and GoogleTest takes more time than compiling most of our files. To build without precompiled headers,
# configure with -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON.

set(precompiled
  <algorithm> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view> <utility> <vector>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
  <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/time/clock.h>
  <proto/checkpoint.pb.h> <proto/dataset.pb.h> <proto/training.pb.h>)

# elman_precompile(NAME HEADER...): an object library that contains only the precompiled header, for REUSE_FROM.
function(elman_precompile name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE elman_options elman_proto absl::flat_hash_map absl::str_format absl::time)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Otherwise ccache would preprocess with an existing older precompiled header, and would reuse objects that were
    # compiled with it.
    target_compile_options(${name} PRIVATE -fno-pch-preprocess)
  endif()
endfunction()

elman_precompile(elman_headers ${precompiled})
if(ELMAN_TESTS)
  elman_precompile(elman_test_headers ${precompiled} <gmock/gmock.h> <gtest/gtest.h>)
  elman_test_options(elman_test_headers)
endif()
