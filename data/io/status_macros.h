// The macros RETURN_IF_ERROR(expression) and ASSIGN_OR_RETURN(declaration, expression) for
// functions that return absl::Status or absl::StatusOr.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expression)                           \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

#define ELMAN_CONCATENATE_(a, b) a##b
#define ELMAN_CONCATENATE(a, b) ELMAN_CONCATENATE_(a, b)
#define ASSIGN_OR_RETURN(declaration, expression) \
  ELMAN_ASSIGN_OR_RETURN(ELMAN_CONCATENATE(status_or_, __LINE__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration and a name cannot be in parentheses.
#define ELMAN_ASSIGN_OR_RETURN(temporary, declaration, expression) \
  auto temporary = (expression);                                   \
  if (!temporary.ok()) return temporary.status();                  \
  declaration = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)
