// Concatenates matrices by columns, and splits them.
#pragma once

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"

namespace elman {

// Returns the rows [a b], in the workspace.
Matrix JoinColumns(ConstMatrix a, ConstMatrix b, Workspace* workspace);

// The inverse: copies the first columns of `joined` to a and the others to b.
void SplitColumns(ConstMatrix joined, Matrix a, Matrix b);

}  // namespace elman
