// Compiled once for every instruction set that CMakeLists.txt names, with FACTORY_KERNEL_SET the name.
#include "cpu/host_kernels.h"

#include <cstring>
#include <utility>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernel_language.h"

namespace {

#include "kernels.cu"

#include "cpu/fissioned_blocks.h"

template <typename T> T argument(std::uint64_t slot) {
    T value;
    std::memcpy(&value, &slot, sizeof value);
    return value;
}

template <auto Kernel> struct Call;

template <typename... Arguments, void (*Kernel)(Arguments...)> struct Call<Kernel> {
    static constexpr std::uint32_t count = sizeof...(Arguments);

    static void run(const std::uint64_t *slots) { run(slots, std::index_sequence_for<Arguments...>{}); }

    template <std::size_t... Position>
    static void run(const std::uint64_t *slots, std::index_sequence<Position...>) {
        Kernel(argument<Arguments>(slots[Position])...);
    }
};

template <auto Kernel> constexpr factory::HostKernel plain(const char *name) {
    return {name, Call<Kernel>::count, &Call<Kernel>::run, nullptr, false, false};
}

template <auto Kernel> constexpr factory::HostKernel strided(const char *name) {
    return {name, Call<Kernel>::count, &Call<Kernel>::run, nullptr, false, true};
}

template <auto Kernel> constexpr factory::HostKernel with_barriers(const char *name) {
    return {name, Call<Kernel>::count, &Call<Kernel>::run, nullptr, true, false};
}

template <auto Kernel, auto Block> constexpr factory::HostKernel fissioned(const char *name) {
    static_assert(Call<Kernel>::count == Call<Block>::count);
    return {name, Call<Kernel>::count, &Call<Kernel>::run, &Call<Block>::run, true, false};
}

constexpr factory::HostKernel kernels[] = {
    fissioned<factory_sgemm, sgemm_block>("factory_sgemm"),
    fissioned<factory_reduction, reduction_block>("factory_reduction"),
    fissioned<factory_softmax, softmax_block>("factory_softmax"),
    fissioned<factory_decode_attention, decode_attention_block>("factory_decode_attention"),
    strided<factory_triad>("factory_triad"),
    strided<factory_pattern_write>("factory_pattern_write"),
    strided<factory_pattern_check>("factory_pattern_check"),
    with_barriers<factory_uneven_barrier>("factory_uneven_barrier"),
    plain<factory_wild_write>("factory_wild_write"),
};

} // namespace

factory::HostKernelSet factory::FACTORY_KERNEL_SET() { return {kernels, sizeof kernels / sizeof *kernels}; }
