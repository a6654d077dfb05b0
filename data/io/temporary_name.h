// Names of temporary files and folders.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// "PATH.tmp-PID-N", with another N in every call.
std::string TemporaryName(std::string_view path);

// PATH of a temporary name; empty for any other name.
std::string_view NameBehindTemporary(std::string_view name);

}  // namespace elman
