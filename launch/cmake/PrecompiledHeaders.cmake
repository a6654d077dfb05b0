# Precompiled headers: one for libraries and programs, one that adds GoogleTest for the tests. Abseil's, Protocol Buffers'
# and GoogleTest's headers take more time to read than most of our files. Configure with
# -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON to build without.

set(precompiled
  <algorithm> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view> <utility> <vector>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
  <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/time/clock.h>
  <proto/checkpoint.pb.h> <proto/dataset.pb.h> <proto/training.pb.h>)

# elman_precompile(NAME HEADER...): an object library, with nothing else in it, for REUSE_FROM.
function(elman_precompile name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE elman_options elman_proto absl::flat_hash_map absl::str_format absl::time)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Otherwise ccache would preprocess with the header compiled before, if one is there, and take for the new one whatever
    # was compiled in its place.
    target_compile_options(${name} PRIVATE -fno-pch-preprocess)
  endif()
endfunction()

elman_precompile(elman_headers ${precompiled})
if(ELMAN_TESTS)
  elman_precompile(elman_test_headers ${precompiled} <gmock/gmock.h> <gtest/gtest.h>)
  elman_test_options(elman_test_headers)
endif()
