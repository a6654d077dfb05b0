# Writes the CTest tests of a GoogleTest binary, one per test suite. The build runs it after linking:
#   cmake -DTEST=NAME -DBINARY=FILE -DPROPERTIES="NAME;VALUE;..." -DOUTPUT=FILE -P AddSuites.cmake
execute_process(COMMAND ${BINARY} --gtest_list_tests OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY TIMEOUT 60)
# Suites are the lines that are not indented: "Suite.", "Instance/Suite." or "Suite/0.  # TypeParam = ...".
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+\\." lines "${listed}")
set(suites)
foreach(line ${lines})
  string(REGEX REPLACE "^\n|\\.$" "" line "${line}")
  string(REGEX REPLACE "/[0-9]+$" "" line "${line}")
  string(REGEX REPLACE "^.*/" "" suite "${line}")
  list(APPEND suites ${suite})
endforeach()
list(REMOVE_DUPLICATES suites)
if(NOT suites)
  message(FATAL_ERROR "${BINARY} has no tests")
endif()
set(text)
foreach(suite ${suites})
  set(filter "${suite}.*:*/${suite}.*:${suite}/*:*/${suite}/*")
  string(APPEND text "add_test([=[${TEST}.${suite}]=] [=[${BINARY}]=] --gtest_brief=1 [=[--gtest_filter=${filter}]=])\n"
    "set_tests_properties([=[${TEST}.${suite}]=] PROPERTIES ${PROPERTIES})\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
