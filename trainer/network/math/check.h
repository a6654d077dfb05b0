// Checks of internal invariants, such as matching shapes. A failed check aborts the program with
// both operands in the message. Errors of data from outside are absl::Status instead.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace elman::internal {

template <typename A, typename B>
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const A& a,
                              const B& b) {
  std::ostringstream message;
  message << file << ":" << line << ": check failed: " << condition << " (" << a << " against " << b
          << ")\n";
  std::fputs(message.str().c_str(), stderr);
  std::abort();
}

}  // namespace elman::internal

#define ELMAN_CHECK_OP(a, op, b)                                                               \
  do {                                                                                         \
    const auto& check_a = (a);                                                                 \
    const auto& check_b = (b);                                                                 \
    if (!(check_a op check_b)) {                                                               \
      ::elman::internal::CheckFailed(__FILE__, __LINE__, #a " " #op " " #b, check_a, check_b); \
    }                                                                                          \
  } while (false)

#define CHECK_EQ(a, b) ELMAN_CHECK_OP(a, ==, b)
#define CHECK_NE(a, b) ELMAN_CHECK_OP(a, !=, b)
#define CHECK_LT(a, b) ELMAN_CHECK_OP(a, <, b)
#define CHECK_LE(a, b) ELMAN_CHECK_OP(a, <=, b)
#define CHECK_GT(a, b) ELMAN_CHECK_OP(a, >, b)
#define CHECK_GE(a, b) ELMAN_CHECK_OP(a, >=, b)
