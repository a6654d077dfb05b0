#include "trainer/network/math/transposition.h"

#include "trainer/network/math/dnnl_primitive.h"

namespace elman {

using dnnl::memory;

struct Transposition::Primitive {
  Primitive(int64_t rows, int64_t cols) {
    const memory::desc from({rows, cols}, memory::data_type::f32, memory::format_tag::ab);
    const memory::desc to({rows, cols}, memory::data_type::f32, memory::format_tag::ba);
    reorder.Create(engine,
                   [&] {
                     return dnnl::reorder(memory(from, engine, DNNL_MEMORY_NONE),
                                          memory(to, engine, DNNL_MEMORY_NONE));
                   },
                   {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  }
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  Executable reorder;
};

Transposition::Transposition(int64_t rows, int64_t cols)
    : primitive_(std::make_unique<Primitive>(rows, cols)) {}
Transposition::~Transposition() = default;

void Transposition::Run(ConstMatrix from, Matrix to) {
  CHECK_EQ(from.rows, to.cols);
  CHECK_EQ(from.cols, to.rows);
  primitive_->reorder.Set(DNNL_ARG_FROM, from.data);
  primitive_->reorder.Set(DNNL_ARG_TO, to.data);
  primitive_->reorder.Run(primitive_->stream);
}

}  // namespace elman
