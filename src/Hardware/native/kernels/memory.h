// Patterns over memory, and comparisons that say what is wrong where.
#pragma once

// What memory must hold: 0 its own address, 1 a walking one, 2 alternating bits, 3 zeros, otherwise a hash of address
// and seed. `shift` moves the walking one, and `mask` inverts: inverted zeros are ones, a walking one a walking zero.
template <int Pattern>
__device__ static inline unsigned pattern_word(int shift, unsigned mask, unsigned long long index, unsigned seed) {
    const unsigned address = static_cast<unsigned>(index) ^ static_cast<unsigned>(index >> 32);
    if constexpr (Pattern == 0) {
        return address ^ mask;
    } else if constexpr (Pattern == 1) {
        return 1u << ((address + static_cast<unsigned>(shift)) & 31u) ^ mask;
    } else if constexpr (Pattern == 2) {
        return ((address & 1u) != 0 ? 0xaaaaaaaau : 0x55555555u) ^ mask;
    } else if constexpr (Pattern == 3) {
        return mask;
    } else {
        unsigned word = (address ^ seed) * 0x9e3779b1u;
        word = (word ^ (word >> 15)) * 0x85ebca6bu;
        return word ^ (word >> 13) ^ mask;
    }
}

template <int Pattern> struct PatternNumber {
    static constexpr int value = Pattern;
};

// Chooses outside the loop, which a CPU then vectorises.
template <typename Action> __device__ static inline void with_pattern(int pattern, Action action) {
    switch (pattern) {
    case 0: return action(PatternNumber<0>{});
    case 1: return action(PatternNumber<1>{});
    case 2: return action(PatternNumber<2>{});
    case 3: return action(PatternNumber<3>{});
    default: return action(PatternNumber<4>{});
    }
}

// What a comparison found: how many words differ, which bits ever did, the first place as its complement (so
// that zero means none and the least place is the largest value), what stood there and what should have; and
// the sum of what was read, so that a device which skips the reading cannot pass.
struct Differences {
    unsigned long long first;
    unsigned count, bits, found, expected, sum, reserved;
};

template <typename Expected>
__device__ static inline void check_chunk(const unsigned *words, Differences *result, Chunk chunk, Expected expected) {
    unsigned wrong = 0, bits = 0, sum = 0;
    int first = chunk.count;
    each_of_block(chunk.count, [&](int i) {
        const unsigned word = words[i], different = word ^ expected(i);
        const int place = different != 0 ? i : chunk.count;
        first = place < first ? place : first;
        wrong += different != 0 ? 1u : 0u;
        bits |= different;
        sum += word;
    });
    if (wrong != 0) {
        atomicAdd(&result->count, wrong);
        atomicOr(&result->bits, bits);
        atomicMax(&result->first, ~static_cast<unsigned long long>(chunk.first + first));
    }
    atomicAdd(&result->sum, sum);
}

FACTORY_KERNEL factory_pattern_write(unsigned *words, long long n, int pattern, int shift, unsigned mask, unsigned seed) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    with_pattern(pattern, [=](auto number) {
        each_of_block(chunk.count, [=](int i) {
            words[i] = pattern_word<decltype(number)::value>(shift, mask, static_cast<unsigned long long>(chunk.first + i), seed);
        });
    });
}

// Turns every bit over in place, right or wrong: with a check before and one after, a moving inversion.
FACTORY_KERNEL factory_pattern_invert(unsigned *words, long long n) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    each_of_block(chunk.count, [=](int i) { words[i] = ~words[i]; });
}

FACTORY_KERNEL factory_pattern_check(const unsigned *words, Differences *result, long long n, int pattern, int shift,
                                     unsigned mask, unsigned seed) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    with_pattern(pattern, [=](auto number) {
        check_chunk(words, result, chunk, [=](int i) {
            return pattern_word<decltype(number)::value>(shift, mask, static_cast<unsigned long long>(chunk.first + i), seed);
        });
    });
}

// The same for a buffer that must equal another one, bit by bit.
FACTORY_KERNEL factory_compare(const unsigned *words, const unsigned *reference, Differences *result, long long n) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first, reference += chunk.first;
    check_chunk(words, result, chunk, [=](int i) { return reference[i]; });
}

// Reads the first wrong word again, before anything writes over it. One thread, after a check.
FACTORY_KERNEL factory_record(const unsigned *words, const unsigned *reference, Differences *result) {
    if (threadIdx.x == 0 && result->count != 0) {
        result->found = words[~result->first];
        result->expected = reference != nullptr ? reference[~result->first] : 0u;
    }
}
