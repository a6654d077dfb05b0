#include "trainer/network/math/gemm.h"

#include <dnnl.h>

#include <new>

#include "trainer/network/math/check.h"
#include "trainer/network/math/compute_scope.h"

namespace elman {
namespace {

// oneDNN generates its kernels (17 MB with AVX-512) in the first product and crashes if it cannot
// allocate memory for them. This function throws std::bad_alloc first.
bool MakeRoomForKernels() {
  constexpr size_t kKernelBytes = size_t{24} << 20;
  ::operator delete(::operator new(kKernelBytes));
  return true;
}

}  // namespace

void Gemm(Transpose transpose_a, Transpose transpose_b, float alpha, const ConstPanel& a,
          const ConstPanel& b, float beta, const Panel& c) {
  const bool ta = transpose_a == Transpose::kYes;
  const bool tb = transpose_b == Transpose::kYes;
  const int64_t k = ta ? a.rows : a.cols;
  CHECK_EQ(c.rows, ta ? a.cols : a.rows);
  CHECK_EQ(c.cols, tb ? b.rows : b.cols);
  CHECK_EQ(k, tb ? b.cols : b.rows);
  if (c.rows == 0 || c.cols == 0) return;
  [[maybe_unused]] static const bool has_room = MakeRoomForKernels();
  const ComputeScope scope;
  const dnnl_status_t status =
      dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', c.rows, c.cols, k, alpha, a.data, a.stride, b.data,
                 b.stride, beta, c.data, c.stride);
  if (status == dnnl_out_of_memory) throw std::bad_alloc();  // for oneDNN's own buffers
  CHECK_EQ(static_cast<int>(status), static_cast<int>(dnnl_success));
}

}  // namespace elman
