// Converts numbers and other trivially copyable elements to bytes in memory and back.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace elman {

// The bytes of a vector, span or array. Valid as long as its elements.
template <typename Elements>
std::string_view AsBytes(const Elements& elements) {
  const std::span view(elements);
  static_assert(std::is_trivially_copyable_v<typename decltype(view)::value_type>);
  return {reinterpret_cast<const char*>(view.data()), view.size_bytes()};
}

// Copies bytes to a vector, span or array. `bytes` must have at least its number of bytes.
template <typename Elements>
void CopyFromBytes(std::string_view bytes, Elements&& elements) {
  const std::span view(elements);
  static_assert(std::is_trivially_copyable_v<typename decltype(view)::value_type>);
  bytes.copy(reinterpret_cast<char*>(view.data()), view.size_bytes());
}

// The elements in `bytes`. An incomplete element at the end is ignored.
template <typename T>
std::vector<T> VectorFromBytes(std::string_view bytes) {
  std::vector<T> elements(bytes.size() / sizeof(T));
  CopyFromBytes(bytes, elements);
  return elements;
}

}  // namespace elman
