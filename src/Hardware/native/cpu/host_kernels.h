// kernels.cu as compiled for this processor.
#pragma once

#include <cstddef>
#include <cstdint>

namespace factory {

struct HostKernel {
    const char *name;
    std::uint32_t arguments;
    // One thread of the kernel.
    void (*thread)(const std::uint64_t *arguments);
    // A whole block with the loops over its threads split at the barriers; null when there is none.
    void (*block)(const std::uint64_t *arguments);
    // Needs all threads of a block alive at once.
    bool has_barriers;
    // Computes the same with any number of threads in a block.
    bool any_block_size;
};

// The fastest set this processor can run; null when there is no kernel of that name.
const HostKernel *find_host_kernel(const char *name);

struct HostKernelSet {
    const HostKernel *kernels;
    std::size_t count;
};

HostKernelSet host_kernels_baseline();
HostKernelSet host_kernels_avx2();
HostKernelSet host_kernels_avx512();

} // namespace factory
