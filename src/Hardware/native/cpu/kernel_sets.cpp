#include "cpu/host_kernels.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace factory {

// FACTORY_CPU_INSTRUCTIONS takes a lower set than the processor's best, so that all can be tested on one machine.
static HostKernelSet choose_set() {
#if defined(__x86_64__)
    const char *text = std::getenv("FACTORY_CPU_INSTRUCTIONS");
    const std::string wanted = text == nullptr ? "" : text;
    if (wanted == "baseline") {
        return host_kernels_baseline();
    }
    if (wanted != "avx2" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw")) {
        return host_kernels_avx512();
    }
    // Without a fused multiply-add instruction fmaf is a library call: right, and fifty times slower.
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return host_kernels_avx2();
    }
#endif
    return host_kernels_baseline();
}

const HostKernel *find_host_kernel(const char *name) {
    static const HostKernelSet set = choose_set();
    for (std::size_t i = 0; i < set.count; i++) {
        if (std::strcmp(set.kernels[i].name, name) == 0) {
            return &set.kernels[i];
        }
    }
    return nullptr;
}

} // namespace factory
