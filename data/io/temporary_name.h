// Names of files and folders that are not complete yet.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// What is not complete yet has the name "PATH.tmp-PID-N", another with every call.
std::string TemporaryName(std::string_view path);

// PATH of such a name; empty for any other.
std::string_view NameBehindTemporary(std::string_view name);

}  // namespace elman
