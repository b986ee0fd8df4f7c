// What each arithmetic opcode computes from its operands' slots. Values of 32 bits lie zero-extended.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "doubles/ptx.h"

namespace factory::ptx {

inline std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
inline std::int32_t signed_low(std::uint64_t value) { return static_cast<std::int32_t>(low(value)); }
inline std::int64_t signed_whole(std::uint64_t value) { return static_cast<std::int64_t>(value); }

inline float real(std::uint64_t value) {
    const std::uint32_t bits = low(value);
    float result;
    std::memcpy(&result, &bits, sizeof result);
    return result;
}

inline std::uint64_t bits(float value) {
    std::uint32_t result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

// cvt.rzi saturates and makes zero of a NaN, where C++ leaves both undefined.
inline std::uint32_t truncated(float value) {
    if (std::isnan(value)) {
        return 0;
    }
    if (value >= 2147483648.0f) {
        return 0x7fffffffu;
    }
    return value < -2147483648.0f ? 0x80000000u : static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

inline std::uint64_t integer(Op op, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    switch (op) {
    case Op::add32: return low(a + b);
    case Op::add64: return a + b;
    case Op::sub32: return low(a - b);
    case Op::sub64: return a - b;
    case Op::mul_lo32: return low(a * b);
    case Op::mul_lo64: return a * b;
    case Op::mul_wide_u32: return a * b;
    case Op::mul_wide_s32: return static_cast<std::uint64_t>(std::int64_t{signed_low(a)} * signed_low(b));
    case Op::mad_lo32: return low(a * b + c);
    case Op::mad_lo64: return a * b + c;
    case Op::min_s32: return low(static_cast<std::uint64_t>(std::min(signed_low(a), signed_low(b))));
    case Op::max_s32: return low(static_cast<std::uint64_t>(std::max(signed_low(a), signed_low(b))));
    case Op::min_s64: return static_cast<std::uint64_t>(std::min(signed_whole(a), signed_whole(b)));
    case Op::max_s64: return static_cast<std::uint64_t>(std::max(signed_whole(a), signed_whole(b)));
    case Op::min_u32:
    case Op::min_u64: return std::min(a, b);
    case Op::max_u32:
    case Op::max_u64: return std::max(a, b);
    case Op::neg32: return low(~a + 1);
    case Op::neg64: return ~a + 1;
    case Op::bit_and: return a & b;
    case Op::bit_or: return a | b;
    case Op::bit_xor: return a ^ b;
    case Op::not32: return low(~a);
    case Op::not64: return ~a;
    case Op::not_pred: return a == 0 ? 1 : 0;
    // Shifts by the width or more give zero, or the sign: PTX clamps where C++ is undefined.
    case Op::shl32: return low(b) > 31 ? 0 : low(a << low(b));
    case Op::shl64: return low(b) > 63 ? 0 : a << low(b);
    case Op::shr_u32: return low(b) > 31 ? 0 : a >> low(b);
    case Op::shr_u64: return low(b) > 63 ? 0 : a >> low(b);
    case Op::shr_s32: return low(static_cast<std::uint64_t>(signed_low(a) >> std::min(low(b), 31u)));
    case Op::shr_s64: return static_cast<std::uint64_t>(signed_whole(a) >> std::min(low(b), 63u));
    case Op::shf_l_wrap: return ((b << 32 | a) << (c & 31)) >> 32;
    // PTX leaves division by zero open; all ones is what GPUs give.
    case Op::div_u32: return b == 0 ? 0xffffffffu : a / b;
    case Op::div_s32:
        return b == 0 ? 0xffffffffu : low(static_cast<std::uint64_t>(std::int64_t{signed_low(a)} / signed_low(b)));
    case Op::bfe_u32: return (low(b) & 255) > 31 ? 0 : a >> (b & 255) & ((1ull << std::min(low(c) & 255, 32u)) - 1);
    case Op::cvt_s64_s32: return static_cast<std::uint64_t>(std::int64_t{signed_low(a)});
    default: return low(a); // cvt_u64_u32 and cvt_u32_u64
    }
}

inline bool compare(Op op, std::uint64_t a, std::uint64_t b) {
    switch (op) {
    case Op::set_eq32:
    case Op::set_eq64: return a == b;
    case Op::set_ne32:
    case Op::set_ne64: return a != b;
    case Op::set_lt_u32:
    case Op::set_lt_u64: return a < b;
    case Op::set_le_u32:
    case Op::set_le_u64: return a <= b;
    case Op::set_gt_u32:
    case Op::set_gt_u64: return a > b;
    case Op::set_ge_u32:
    case Op::set_ge_u64: return a >= b;
    case Op::set_lt_s32: return signed_low(a) < signed_low(b);
    case Op::set_le_s32: return signed_low(a) <= signed_low(b);
    case Op::set_gt_s32: return signed_low(a) > signed_low(b);
    case Op::set_ge_s32: return signed_low(a) >= signed_low(b);
    case Op::set_lt_s64: return signed_whole(a) < signed_whole(b);
    case Op::set_le_s64: return signed_whole(a) <= signed_whole(b);
    case Op::set_gt_s64: return signed_whole(a) > signed_whole(b);
    case Op::set_ge_s64: return signed_whole(a) >= signed_whole(b);
    case Op::set_eq_f32: return real(a) == real(b);
    // Plain ne is false when either side is NaN; neu is C++'s !=.
    case Op::set_ne_f32: return real(a) < real(b) || real(a) > real(b);
    case Op::set_neu_f32: return real(a) != real(b);
    case Op::set_lt_f32: return real(a) < real(b);
    case Op::set_le_f32: return real(a) <= real(b);
    case Op::set_gt_f32: return real(a) > real(b);
    default: return real(a) >= real(b);
    }
}

inline std::uint64_t floating(Op op, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    switch (op) {
    case Op::add_f32: return bits(real(a) + real(b));
    case Op::sub_f32: return bits(real(a) - real(b));
    case Op::mul_f32: return bits(real(a) * real(b));
    case Op::fma_f32: return bits(std::fma(real(a), real(b), real(c)));
    case Op::div_f32: return bits(real(a) / real(b));
    case Op::sqrt_f32: return bits(std::sqrt(real(a)));
    case Op::neg_f32: return a ^ 0x80000000u;
    case Op::abs_f32: return a & 0x7fffffffu;
    case Op::min_f32: return bits(std::fmin(real(a), real(b)));
    case Op::max_f32: return bits(std::fmax(real(a), real(b)));
    case Op::rcp_f32: return bits(1.0f / real(a));
    case Op::cvt_rzi_s32_f32: return truncated(real(a));
    case Op::cvt_rn_f32_s32: return bits(static_cast<float>(signed_low(a)));
    default: return bits(static_cast<float>(low(a)));
    }
}

inline std::uint64_t compute(Op op, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    if (op == Op::move) {
        return a;
    }
    if (op == Op::select) {
        return c != 0 ? a : b;
    }
    if (op >= Op::set_eq32 && op <= Op::set_neu_f32) {
        return compare(op, a, b) ? 1 : 0;
    }
    const bool on_floats = op >= Op::add_f32 && op != Op::cvt_u64_u32 && op != Op::cvt_s64_s32 && op != Op::cvt_u32_u64;
    return on_floats ? floating(op, a, b, c) : integer(op, a, b, c);
}

} // namespace factory::ptx
