// Lets kernels.cu be read by nvcc (which needs nothing from here), by clang for the GPU without the
// CUDA toolkit, and by a plain C++ compiler for the CPU device.
#pragma once

#if defined(__CUDACC__) && !defined(__clang__)

#define FACTORY_KERNEL extern "C" __global__ void

#elif defined(__CUDA__)

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((launch_bounds(threads)))
#define FACTORY_KERNEL extern "C" __global__ void

struct factory_dim3 {
    unsigned x, y;
};

__device__ inline factory_dim3 factory_thread_index() {
    return {static_cast<unsigned>(__nvvm_read_ptx_sreg_tid_x()), 0u};
}
__device__ inline factory_dim3 factory_block_index() {
    return {static_cast<unsigned>(__nvvm_read_ptx_sreg_ctaid_x()),
            static_cast<unsigned>(__nvvm_read_ptx_sreg_ctaid_y())};
}
__device__ inline factory_dim3 factory_block_size() {
    return {static_cast<unsigned>(__nvvm_read_ptx_sreg_ntid_x()), 1u};
}
#define threadIdx factory_thread_index()
#define blockIdx factory_block_index()
#define blockDim factory_block_size()

__device__ inline float __shfl_down_sync(unsigned mask, float value, unsigned offset) {
    return __nvvm_shfl_sync_down_f32(mask, value, offset, 0x1f);
}
__device__ inline unsigned atomicAdd(unsigned *address, unsigned value) {
    return __nvvm_atom_add_gen_i(reinterpret_cast<int *>(address), static_cast<int>(value));
}
__device__ inline unsigned atomicOr(unsigned *address, unsigned value) {
    return __nvvm_atom_or_gen_i(reinterpret_cast<int *>(address), static_cast<int>(value));
}
__device__ inline unsigned long long atomicMax(unsigned long long *address, unsigned long long value) {
    return __nvvm_atom_max_gen_ull(address, value);
}
__device__ inline float __int_as_float(int bits) { return __builtin_bit_cast(float, bits); }
__device__ inline int __float_as_int(float value) { return __builtin_bit_cast(int, value); }
__device__ inline float __fsqrt_rn(float value) { return __nvvm_sqrt_rn_f(value); }
__device__ inline float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

#else

#include "cpu/kernel_thread.h"

#define __global__
#define __device__
// A block runs from start to end on one thread of the CPU device, so storage of that thread is the block's.
#define __shared__ static thread_local
#define __launch_bounds__(threads)
#define FACTORY_KERNEL static void

#define threadIdx (factory::current_thread->thread)
#define blockIdx (factory::current_thread->block)
#define blockDim (factory::current_thread->block_size)

#define __syncthreads() factory::wait_at_barrier(__LINE__)

static inline float __shfl_down_sync(unsigned, float value, unsigned offset) {
    return factory::shuffle_down(value, offset);
}
static inline unsigned atomicAdd(unsigned *address, unsigned value) {
    return __atomic_fetch_add(address, value, __ATOMIC_RELAXED);
}
static inline unsigned atomicOr(unsigned *address, unsigned value) {
    return __atomic_fetch_or(address, value, __ATOMIC_RELAXED);
}
static inline unsigned long long atomicMax(unsigned long long *address, unsigned long long value) {
    unsigned long long before = __atomic_load_n(address, __ATOMIC_RELAXED);
    while (before < value && !__atomic_compare_exchange_n(address, &before, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return before;
}
static inline int __float_as_int(float value) { return __builtin_bit_cast(int, value); }
static inline float __fsqrt_rn(float value) { return __builtin_sqrtf(value); }
static inline float __int_as_float(int bits) { return __builtin_bit_cast(float, bits); }
#define fmaf(a, b, c) __builtin_fmaf(a, b, c)

#endif
