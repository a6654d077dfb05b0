# elman_library(NAME FOLDER f SOURCES a.cc ... DEPENDS x ...): one folder of sources as a static library.
function(elman_library name)
  cmake_parse_arguments(ARG "" "FOLDER" "SOURCES;DEPENDS" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${ARG_FOLDER}/)
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC elman_options ${ARG_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM elman_headers)
endfunction()

# Hides the symbols of the static libraries inside the program. Otherwise the Protocol Buffers of the program and the copy
# inside libsentencepiece.so bind to each other, and the program crashes before main.
function(elman_seal target)
  target_link_options(${target} PRIVATE
    -Wl,--as-needed
    -Wl,--exclude-libs,ALL
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/launch/cmake/seal.map)
  set_target_properties(${target} PROPERTIES
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/launch/cmake/seal.map)
endfunction()

# elman_tool(NAME SOURCES main.cc DEPENDS x ...): a program in build/bin for developers of Elman.
function(elman_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE elman_options ${ARG_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM elman_headers)
  elman_seal(${name})
endfunction()

# elman_program(NAME SOURCES main.cc DEPENDS x ...): a program for users. It is installed and has a man page.
function(elman_program name)
  elman_tool(${name} ${ARGN})
  install(TARGETS ${name})
  set_property(GLOBAL APPEND PROPERTY ELMAN_PROGRAMS ${name})
endfunction()

# Common settings of all test targets. Their own code is not optimized: each test runs once, and the libraries do most of
# the work.
function(elman_test_options name)
  target_link_libraries(${name} PRIVATE elman_options absl::statusor absl::strings GTest::gmock GTest::gtest)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  set_target_properties(${name} PROPERTIES
    UNITY_BUILD OFF RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
endfunction()

# elman_test(NAME [ALONE] SOURCES x_test.cc ... DEPENDS x ...): a GoogleTest binary. Each of its test suites is a CTest test
# NAME.SUITE. With one CTest test per case, most of the time would be spent on starting processes. ALONE: no other test runs
# at the same time, because the threads of this one must get a processor within a second.
function(elman_test name)
  cmake_parse_arguments(ARG "ALONE" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest_main)
  elman_test_options(${name})
  target_precompile_headers(${name} REUSE_FROM elman_test_headers)
  elman_seal(${name})
  set(suites ${CMAKE_CURRENT_BINARY_DIR}/${name}_suites.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${suites} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DTEST=${name} -DBINARY=$<TARGET_FILE:${name}> -DOUTPUT=${suites}
      "-DPROPERTIES=TIMEOUT 600 RUN_SERIAL ${ARG_ALONE}"
      -P ${PROJECT_SOURCE_DIR}/launch/cmake/AddSuites.cmake)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/launch/cmake/AddSuites.cmake)
  # A binary that is not built counts as a failed test.
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake
    "if(EXISTS ${suites})\n  include(${suites})\nelse()\n  add_test(${name}_NOT_BUILT ${name}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake)
endfunction()

# elman_mpi_test(NAME RANKS 1 2 ... SOURCES ... DEPENDS ...): a GoogleTest binary with its own main function, which is run
# once per number of ranks. Its expected values are formulas of rank and size.
function(elman_mpi_test name)
  cmake_parse_arguments(ARG "" "" "RANKS;SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} MPI::MPI_CXX)
  elman_test_options(${name})
  target_precompile_headers(${name} REUSE_FROM elman_test_headers)
  elman_seal(${name})
  foreach(ranks ${ARG_RANKS})
    add_test(NAME ${name}.${ranks}_ranks
      COMMAND ${PROJECT_SOURCE_DIR}/launch/elman-run -n ${ranks} $<TARGET_FILE:${name}>)
    set_tests_properties(${name}.${ranks}_ranks PROPERTIES TIMEOUT 300 PROCESSORS ${ranks})
  endforeach()
endfunction()
