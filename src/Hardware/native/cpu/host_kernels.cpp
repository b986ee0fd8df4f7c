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

#include "cpu/lanes.h"

#include "cpu/fissioned_attention.h"
#include "cpu/fissioned_matrix.h"
#include "cpu/fissioned_rows.h"

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

#define SPLIT(name) fissioned<factory_##name, name##_block>("factory_" #name)
#define GEMM(name, input, transposed_a, transposed_b)                                                                  \
    fissioned<factory_##name, multiply_tile<transposed_a, transposed_b, input>>("factory_" #name)
#define STRIDED(name) strided<factory_##name>("factory_" #name)

constexpr factory::HostKernel kernels[] = {
    GEMM(sgemm, float, false, false),
    GEMM(sgemm_nt, float, false, true),
    GEMM(sgemm_tn, float, true, false),
    GEMM(bf16_gemm, unsigned short, false, false),
    GEMM(bf16_gemm_nt, unsigned short, false, true),
    GEMM(bf16_gemm_tn, unsigned short, true, false),
    SPLIT(decode_attention), SPLIT(prefill_attention), SPLIT(row_dot),
    SPLIT(attention_query_gradient), SPLIT(attention_cache_gradient),
    SPLIT(reduction), SPLIT(dot), SPLIT(largest), SPLIT(place_of_largest),
    SPLIT(softmax), SPLIT(softmax_backward), SPLIT(cross_entropy), SPLIT(cross_entropy_backward),
    SPLIT(layer_norm), SPLIT(layer_norm_backward), SPLIT(rms_norm), SPLIT(rms_norm_backward),
    SPLIT(norm_gradient_parts), SPLIT(column_sums),
    STRIDED(copy), STRIDED(scale), STRIDED(add), STRIDED(multiply), STRIDED(triad), STRIDED(axpy),
    STRIDED(square_root), STRIDED(bfloat16),
    STRIDED(gelu), STRIDED(gelu_backward), STRIDED(silu), STRIDED(silu_backward),
    STRIDED(embedding), STRIDED(embedding_backward), STRIDED(adamw),
    STRIDED(pattern_write), STRIDED(pattern_invert), STRIDED(pattern_check), STRIDED(compare),
    plain<factory_record>("factory_record"),
    with_barriers<factory_uneven_barrier>("factory_uneven_barrier"),
    plain<factory_wild_write>("factory_wild_write"),
};

} // namespace

factory::HostKernelSet factory::FACTORY_KERNEL_SET() { return {kernels, sizeof kernels / sizeof *kernels}; }
