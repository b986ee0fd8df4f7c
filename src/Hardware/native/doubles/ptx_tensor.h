// mma.sync.m16n8k16 of bfloat16, as a warp's 32 lanes hold its tiles: the layout of fragments in the PTX manual.
#pragma once

#include <cstdint>

#include "doubles/ptx_arithmetic.h"

namespace factory::ptx {

// The upper or lower bfloat16 of a register.
inline float half(std::uint64_t pair, unsigned upper) { return real(upper != 0 ? low(pair) & 0xffff0000u : low(pair) << 16); }

// d = a b + c, each given by the slots of its registers; `at` gives a lane's slot. Products of bfloat16 are exact;
// they and the old value are added up in double and rounded once, because how a tensor core rounds is not
// documented.
template <typename Register>
void multiply_tiles(const std::int32_t *d, const std::int32_t *a, const std::int32_t *b, const std::int32_t *c, Register at) {
    constexpr unsigned lanes = 32, parts = 4, depth = 16;
    float results[lanes][parts];
    for (unsigned lane = 0; lane < lanes; lane++) {
        for (unsigned part = 0; part < parts; part++) {
            const unsigned row = lane / 4 + part / 2 * 8, column = lane % 4 * 2 + part % 2;
            double sum = real(at(lane, c[part]));
            for (unsigned k = 0; k < depth; k++) {
                const unsigned along = k % 8 / 2;
                const float left = half(at(row % 8 * 4 + along, a[row / 8 + k / 8 * 2]), k % 2);
                const float right = half(at(column * 4 + along, b[k / 8]), k % 2);
                sum += static_cast<double>(left) * right;
            }
            results[lane][part] = static_cast<float>(sum);
        }
    }
    for (unsigned lane = 0; lane < lanes; lane++) {
        for (unsigned part = 0; part < parts; part++) {
            at(lane, d[part]) = bits(results[lane][part]);
        }
    }
}

} // namespace factory::ptx
