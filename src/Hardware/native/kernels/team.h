// A kernel over rows or chunks is written once, over a team: on a GPU the team is a block's threads, on the
// CPU device it is also a set of plain loops (cpu/loop_team.h) that round in the same order.
#pragma once

template <int Threads> struct BlockTeam {
    float *parts;

    // A thread sees the same elements in every call, so no barrier is needed between two of them.
    template <typename Action> __device__ void each(int count, Action action) const {
        for (int i = threadIdx.x; i < count; i += Threads) {
            action(i);
        }
    }

    // Before reading what another thread wrote, and before writing over what another may still read.
    __device__ void meet() const { __syncthreads(); }

    template <typename Action> __device__ void once(Action action) const {
        if (threadIdx.x == 0) {
            action();
        }
    }

    template <typename Term> __device__ float sum(int count, Term term) const {
        float total = 0.0f;
        each(count, [&](int i) { total += term(i); });
        return block_sum(total, parts, Threads);
    }

    template <typename Term> __device__ float largest(int count, Term term) const {
        float most = lowest;
        each(count, [&](int i) { most = larger(most, term(i)); });
        return block_largest(most, parts, Threads);
    }
};

#if defined(__CUDA__) || defined(__CUDACC__)
#define FACTORY_SPLIT_BLOCK(threads, name, parameters, ...)
#else
#include "cpu/loop_team.h"
#define FACTORY_SPLIT_BLOCK(threads, name, parameters, ...)                                                            \
    static void name##_block parameters { name(LoopTeam<threads>{}, __VA_ARGS__); }
#endif

// The kernel factory_NAME(parameters) from the function NAME(team, arguments...).
#define FACTORY_TEAM_KERNEL(threads, name, parameters, ...)                                                            \
    FACTORY_KERNEL __launch_bounds__(threads) factory_##name parameters {                                              \
        __shared__ float team_parts[threads / warp_size];                                                              \
        name(BlockTeam<threads>{team_parts}, __VA_ARGS__);                                                             \
    }                                                                                                                  \
    FACTORY_SPLIT_BLOCK(threads, name, parameters, __VA_ARGS__)

struct Chunk {
    long long first;
    int count;
};

// The elements of a long vector that this block works on.
__device__ static inline Chunk chunk_of(long long n) {
    const long long first = blockIdx.x * chunk_elements;
    return {first, static_cast<int>(first + chunk_elements < n ? chunk_elements : n - first)};
}

// Every element is one thread's alone: the result does not depend on how many threads a block has.
template <typename Action> __device__ static inline void each_of_block(int count, Action action) {
    const int step = blockDim.x;
    if (step == 1) { // The CPU device: a loop that the compiler vectorises.
        for (int i = 0; i < count; i++) {
            action(i);
        }
        return;
    }
    for (int i = threadIdx.x; i < count; i += step) {
        action(i);
    }
}
