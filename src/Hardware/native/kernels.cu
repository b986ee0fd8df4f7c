// The kernels an operator runs to accept and watch a device, and those that training and serving a model are
// made of. One source for the GPU and the CPU device. Every rounding is written out (fmaf, no contraction, an
// order of summation that depends on the sizes alone), so all devices agree bit for bit, tensor cores excepted.
#include "kernel_language.h"

#include "kernels/arithmetic.h"

#include "kernels/team.h"

#include "kernels/vectors.h"

#include "kernels/activations.h"
#include "kernels/attention.h"
#include "kernels/attention_backward.h"
#include "kernels/matrix.h"
#include "kernels/memory.h"
#include "kernels/rows.h"
#include "kernels/tensor.h"
#include "kernels/training.h"

// Takes a barrier in half the block when `diverge` is set. A GPU may hang on it; a device that can see the
// mistake must report it. Only tests run it.
FACTORY_KERNEL factory_uneven_barrier(unsigned *words, int diverge) {
    if (diverge == 0 || threadIdx.x < blockDim.x / 2) {
        __syncthreads();
    }
    words[threadIdx.x] = threadIdx.x;
}

// Writes past the end of a buffer when told to: what an illegal address looks like. Only tests run it.
FACTORY_KERNEL factory_wild_write(unsigned *words, long long index) {
    if (threadIdx.x == 0) {
        words[index] = 1u;
    }
}
