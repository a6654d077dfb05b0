# Finds every package that Elman depends on, once, under one name each. launch/guides/building.md explains what each is for.

find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(dnnl REQUIRED)
find_package(absl REQUIRED)
find_package(BZip2 REQUIRED)

# Debian's libsentencepiece.so exports an old copy of Protocol Buffers. So Protocol Buffers must be linked statically,
# before SentencePiece, with its symbols hidden inside the program (Targets.cmake).
set(Protobuf_USE_STATIC_LIBS ON)
find_package(Protobuf REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
# Places SentencePiece after Protocol Buffers on every link line. --as-needed drops it where it is not used.
target_link_libraries(protobuf::libprotobuf INTERFACE PkgConfig::SENTENCEPIECE)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

if(ELMAN_TESTS)
  find_package(GTest REQUIRED)
endif()
if(ELMAN_BENCH)
  find_package(benchmark REQUIRED)
endif()
