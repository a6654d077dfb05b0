// Matrices side by side.
#pragma once

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"

namespace elman {

// Rows [a; b], in the workspace.
Matrix JoinColumns(ConstMatrix a, ConstMatrix b, Workspace* workspace);

// Back: `joined` has the columns of a and then those of b.
void SplitColumns(ConstMatrix joined, Matrix a, Matrix b);

}  // namespace elman
