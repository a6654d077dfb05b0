#include "trainer/network/math/transposed_product.h"

#include <array>
#include <map>

#include "trainer/network/math/dnnl_primitive.h"

namespace elman {
namespace {

using dnnl::memory;

memory::desc Float(int64_t rows, int64_t cols, memory::format_tag tag) {
  return {{rows, cols}, memory::data_type::f32, tag};
}

// The cache of primitives is cleared when it holds this number of shapes, more than a job should
// reuse.
constexpr size_t kMaxShapes = 256;

}  // namespace

struct TransposedProduct::Primitives {
  Executable& Find(int64_t m, int64_t n, int64_t k) {
    if (const auto found = shapes.find({m, n, k}); found != shapes.end()) return found->second;
    if (shapes.size() == kMaxShapes) shapes.clear();
    const memory::desc a = Float(m, k, memory::format_tag::ab);
    const memory::desc b = Float(k, n, memory::format_tag::ba);
    const memory::desc c = Float(m, n, memory::format_tag::ab);
    Executable& product = shapes[{m, n, k}];
    product.Create(engine, [&] { return dnnl::primitive(Describe<dnnl::matmul>(engine, a, b, c)); },
                   {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}});
    return product;
  }

  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<std::array<int64_t, 3>, Executable> shapes;  // key: m, n, k
};

TransposedProduct::TransposedProduct() : primitives_(std::make_unique<Primitives>()) {}
TransposedProduct::~TransposedProduct() = default;
TransposedProduct::TransposedProduct(TransposedProduct&&) noexcept = default;

void TransposedProduct::Run(ConstMatrix a, ConstMatrix b, Matrix c) {
  CHECK_EQ(a.cols, b.cols);
  CHECK_EQ(c.rows, a.rows);
  CHECK_EQ(c.cols, b.rows);
  if (c.size() == 0) return;
  Executable& product = primitives_->Find(a.rows, b.rows, a.cols);
  product.Set(DNNL_ARG_SRC, a.data);
  product.Set(DNNL_ARG_WEIGHTS, b.data);
  product.Set(DNNL_ARG_DST, c.data);
  product.Run(primitives_->stream);
}

}  // namespace elman
