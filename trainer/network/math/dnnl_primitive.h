// Helpers for oneDNN primitives: descriptions for both versions of its interface (2 and 3), and
// primitives that run without memory allocation and give the same bits whatever the environment
// variables are. Only for source files of trainer/network/math.
#pragma once

#include <dnnl.hpp>
#include <utility>
#include <vector>

#include "trainer/network/math/check.h"
#include "trainer/network/math/compute_scope.h"

namespace elman {

// Keeps products in single precision: DNNL_DEFAULT_FPMATH_MODE must not turn them into BF16
// products.
inline dnnl::primitive_attr StrictAttributes() {
  dnnl::primitive_attr attributes;
  attributes.set_fpmath_mode(dnnl::fpmath_mode::strict);
  return attributes;
}

// oneDNN 3 builds a primitive's description in one step; oneDNN 2 needs an operation descriptor
// first.
#if DNNL_VERSION_MAJOR >= 3
template <typename Primitive, typename... Arguments>
auto Describe(const dnnl::engine& engine, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(engine, arguments..., StrictAttributes());
}
template <typename Primitive, typename Hint, typename... Arguments>
auto DescribeBackward(const dnnl::engine& engine, const Hint& forward,
                      const Arguments&... arguments) {
  return typename Primitive::primitive_desc(engine, arguments..., forward, StrictAttributes());
}
#else
template <typename Primitive, typename... Arguments>
auto Describe(const dnnl::engine& engine, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...),
                                            StrictAttributes(), engine);
}
template <typename Primitive, typename Hint, typename... Arguments>
auto DescribeBackward(const dnnl::engine& engine, const Hint& forward,
                      const Arguments&... arguments) {
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...),
                                            StrictAttributes(), engine, forward);
}
#endif

// A primitive with its memory objects, whose addresses are set before each run.
class Executable {
 public:
  // `make` returns the primitive. Primitives may be created only inside it, because they depend
  // on the number of threads.
  template <typename Make>
  void Create(const dnnl::engine& engine, const Make& make,
              const std::vector<std::pair<int, dnnl::memory::desc>>& arguments) {
    const ComputeScope scope;
    primitive_ = make();
    memories_.reserve(arguments.size());
    for (const auto& [name, desc] : arguments) {
      memories_.push_back(dnnl::memory(desc, engine, DNNL_MEMORY_NONE));
      arguments_.push_back({name, memories_.back().get()});
    }
  }
  explicit operator bool() const { return !arguments_.empty(); }

  // An argument `name` that the primitive does not have is ignored.
  void Set(int name, const void* data) {
    for (size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].arg == name) return memories_[i].set_data_handle(const_cast<void*>(data));
    }
  }

  // Runs the primitive with the current addresses.
  void Run(dnnl::stream& stream) {
    const ComputeScope scope;
    const auto status = dnnl_primitive_execute(
        primitive_.get(), stream.get(), static_cast<int>(arguments_.size()), arguments_.data());
    CHECK_EQ(static_cast<int>(status), static_cast<int>(dnnl_success));
    stream.wait();
  }

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

}  // namespace elman
